import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputHash } from '../artifacts/input-hash.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import type { Calibration } from '../contracts/calibration.ts';
import type { DecisionRule } from '../contracts/decision.ts';
import type { ParityReport } from '../contracts/evidence.ts';
import type { ImportedOrigin } from '../contracts/package.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { type BlockRows, blockRows } from '../datasets/block-rows.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { calibrate } from '../models/decision/calibration.ts';
import type { FittedDecision } from '../models/decision/fit-decision.ts';
import { estimatorOf } from '../models/estimators/index.ts';
import type { ModelContract } from '../models/onnx/contract.ts';
import { modelFile } from '../models/onnx/model-file.ts';
import { checkParity } from '../models/onnx/parity.ts';
import { DEFAULT_LIMITS, openSession } from '../models/onnx/session.ts';
import {
  type ChosenVariant,
  quantizeModel as chooseVariant,
  type VariantReport,
} from '../models/quantize/quantize-model.ts';
import packageJson from '../package.json' with { type: 'json' };
import { asStep } from './activity.ts';
import { decideFit, type Fitted } from './decide-fit.ts';
import type { ImportedFitFacts } from './import-model.ts';
import { DATASET_FILE, type DatasetFacts } from './label-dataset.ts';
import { estimatorLibraries } from './native-libraries.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

export const MODEL_FILE = 'model.onnx';

/** The artifact's result; latencies are measured, so they stand here and in no hash. */
export interface ModelFacts extends FittedDecision {
  readonly parity: ParityReport;
  readonly chosen: ChosenVariant;
  readonly variants: readonly VariantReport[];
  readonly madeWith: Readonly<Record<string, string>>;
  /** Absent: trained here. */
  readonly imported?: ImportedOrigin;
}

interface Input {
  readonly dataset: ArtifactRef;
  readonly fit: ArtifactRef;
  readonly recipe: Recipe;
}

/**
 * Calibrates the fit and sets its thresholds, exports it to ONNX, proves on every row of the test block that it answers as
 * the fit does, and chooses the variant that serves. The id written into the model is this step's input hash.
 */
export function quantizeModel(rooms: Rooms) {
  const { artifacts, clock, platform } = rooms;
  return asStep(async ({ dataset, fit, recipe }: Input, { signal }) => {
    const estimator = estimatorOf(recipe.train);
    const { libraries, builds } = await estimatorLibraries(rooms, estimator);
    const madeWith = {
      alphaloom: packageJson.version,
      estimator: estimator.library,
      ...Object.fromEntries(Object.entries(builds).map(([name, sha256]) => [`${name}Build`, sha256])),
      platform,
      onnxruntime: packageJson.dependencies['onnxruntime-node'],
    };
    const inputs = {
      fit: fit.inputHash,
      dataset: dataset.inputHash,
      decision: recipe.decision,
      ...(recipe.task === 'return' && { costs: recipe.costs }),
      quantize: recipe.quantize,
      onnxruntime: madeWith.onnxruntime,
      platform,
      code: STEP_VERSIONS.model,
    };
    const saved = await artifacts.save('model', inputs, async (folder): Promise<ModelFacts> => {
      const { path, result } = await artifacts.load<DatasetFacts>(dataset);
      const fitted = await artifacts.load<Partial<ImportedFitFacts>>(fit);
      const { origin } = fitted.result;
      const contract: ModelContract = {
        featureNames: result.featureNames,
        schemaHash: result.schemaHash,
        steps: estimator.steps(recipe.train),
        task: recipe.task,
        classes: TASK_CLASSES[recipe.task],
        ...(estimator.portfolio && { portfolio: estimator.portfolio }),
        packageId: inputHash('model', inputs),
      };
      const whole = await readDataset(path(DATASET_FILE));
      const own: Fitted = { estimator, folder: fitted.folder, libraries, signal };
      const decided = await decideFit(own, whole, result.report.embargoBars, recipe);
      const graph = await estimator.scoreGraph(fitted.folder, contract);
      const exported = modelFile(graph, contract, decided.calibration);
      const parity = await proveParity(
        exported,
        own,
        decided.calibration,
        blockRows(whole, 'test', contract.steps),
      );
      const { model, chosen, variants } = await chooseVariant({
        model: exported,
        calibration: blockRows(whole, 'train', contract.steps).windows,
        validation: blockRows(whole, 'validation', contract.steps).windows,
        decision: decided.decision,
        tolerance: recipe.quantize,
        monotonicMs: clock.monotonicMs,
        signal,
      });
      await writeFile(join(folder, MODEL_FILE), model);
      return {
        parity,
        chosen,
        variants,
        madeWith: origin
          ? { ...madeWith, importedFile: origin.file, importedSha256: origin.sha256 }
          : madeWith,
        ...(origin && { imported: origin }),
        ...decided,
      };
    });
    const { chosen, parity, decision, calibration } = saved.result;
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: [
        `${chosen.variant}, ${Math.ceil(chosen.bytes / 1_024)} KB, parity ${parity.maxDifference.toExponential(1)}`,
        describeDecision(decision, calibration),
        chosen.reason,
      ].join('; '),
    };
  });
}

/** Of the float model: variants are compared with it. */
async function proveParity(
  model: Uint8Array,
  { estimator, folder, libraries, signal }: Fitted,
  calibration: Calibration | null,
  { windows }: BlockRows,
): Promise<ParityReport> {
  const scores = await estimator.scores(folder, windows, libraries, signal);
  const own = calibration === null ? scores : calibrate(scores, calibration);
  const session = await openSession(model, DEFAULT_LIMITS, signal);
  try {
    return await checkParity(session, own, windows, estimator.parityTolerance);
  } finally {
    await session.dispose();
  }
}

function describeDecision({ thresholds }: DecisionRule, calibration: Calibration | null): string {
  const temperature = calibration ? `temperature ${calibration.temperature.toFixed(2)}, ` : '';
  const least = thresholds?.map(value => value.toFixed(2)).join('/');
  return `${temperature}${least ? `thresholds ${least}` : 'the likeliest class'}`;
}
