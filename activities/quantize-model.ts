import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputHash } from '../artifacts/input-hash.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import type { ParityReport } from '../contracts/evidence.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { blockRows } from '../datasets/block-rows.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { findEstimator } from '../models/estimators/index.ts';
import { checkParity } from '../models/onnx/parity.ts';
import { openSession } from '../models/onnx/session.ts';
import { quantizeModel as chooseVariant, type VariantReport } from '../models/quantize.ts';
import packageJson from '../package.json' with { type: 'json' };
import { asStep } from './activity.ts';
import { DATASET_FILE, type DatasetFacts } from './label-dataset.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

export const MODEL_FILE = 'model.onnx';

/** The artifact's result; latencies are measured, so they stand here and in no hash. */
export interface ModelFacts {
  readonly parity: ParityReport;
  readonly chosen: VariantReport;
  readonly variants: readonly VariantReport[];
  readonly madeWith: Readonly<Record<string, string>>;
}

interface Input {
  readonly dataset: ArtifactRef;
  readonly fit: ArtifactRef;
  readonly recipe: Recipe;
}

/**
 * Exports the fit to ONNX, proves on every row of the test block that it answers as the fit does, and chooses the variant
 * that serves. The id written into the model is this step's input hash.
 */
export function quantizeModel({ artifacts, clock, lightgbmLibrary, platform }: Rooms) {
  return asStep(async ({ dataset, fit, recipe }: Input) => {
    const estimator = findEstimator(recipe.train.estimator);
    const library = await lightgbmLibrary();
    const madeWith = {
      alphaloom: packageJson.version,
      estimator: estimator.library,
      estimatorBuild: library.sha256,
      platform,
      onnxruntime: packageJson.dependencies['onnxruntime-node'],
    };
    const inputs = {
      fit: fit.inputHash,
      dataset: dataset.inputHash,
      quantize: recipe.quantize,
      onnxruntime: madeWith.onnxruntime,
      platform,
      code: STEP_VERSIONS.model,
    };
    const saved = await artifacts.save('model', inputs, async (folder): Promise<ModelFacts> => {
      const { path, result } = await artifacts.load<DatasetFacts>(dataset);
      const fitted = await artifacts.load(fit);
      const exported = await estimator.toOnnx(fitted.folder, {
        featureNames: result.featureNames,
        schemaHash: result.schemaHash,
        steps: estimator.steps(recipe.train),
        task: recipe.task,
        classes: TASK_CLASSES[recipe.task],
        packageId: inputHash('model', inputs),
      });
      const { x, rows } = blockRows(await readDataset(path(DATASET_FILE)), 'test');
      const own = await estimator.predict(fitted.folder, x, rows, { lightgbm: library.path });
      const { model, variants } = await chooseVariant({
        model: exported,
        x,
        rows,
        monotonicMs: clock.monotonicMs,
      });
      await writeFile(join(folder, MODEL_FILE), model);
      return {
        parity: await proveParity(model, own, x, rows),
        chosen: variants.find(({ chosen }) => chosen)!,
        variants,
        madeWith,
      };
    });
    const { chosen, parity } = saved.result;
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: `${chosen.variant}, ${Math.ceil(chosen.bytes / 1_024)} KB, parity ${parity.maxDifference.toExponential(1)}: ${chosen.reason}`,
    };
  });
}

/** By the very bytes that are stored. */
async function proveParity(
  model: Uint8Array,
  own: Float64Array,
  x: Float32Array,
  rows: number,
): Promise<ParityReport> {
  const session = await openSession(model);
  try {
    return await checkParity(session, own, x, rows);
  } finally {
    await session.dispose();
  }
}
