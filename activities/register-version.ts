import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import type { PackageMeta } from '../contracts/package.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { composeCard } from '../evaluation/card/card.ts';
import type { CardVariant } from '../evaluation/card/document.ts';
import { cardMarkdown } from '../evaluation/card/markdown.ts';
import { cardPage } from '../evaluation/card/page.ts';
import {
  type MeasuredEvidence,
  PACKAGE_FILES,
  readEvidence,
  trainedThroughOf,
} from '../inference/package.ts';
import { estimatorOf } from '../models/estimators/index.ts';
import { linkPackage } from '../registry/package-files.ts';
import { asStep } from './activity.ts';
import type { SnapshotFacts } from './export-snapshot.ts';
import type { DatasetFacts } from './label-dataset.ts';
import { seedsToTrain } from './other-seeds.ts';
import { MODEL_FILE, type ModelFacts } from './quantize-model.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

interface Input {
  readonly series: Series;
  readonly recipe: Recipe;
  readonly actor: string;
  readonly snapshot: ArtifactRef;
  readonly dataset: ArtifactRef;
  readonly fit: ArtifactRef;
  readonly model: ArtifactRef;
  readonly evidence: ArtifactRef;
}

/** Writes the package (model, meta, metrics, cards) and gives it the series' next version, or the one it has. */
export function registerVersion(rooms: Rooms) {
  return asStep(async (input: Input) => {
    const { series, recipe, actor, ...artifacts } = input;
    const { meta, evidence, variants, modelPath, evidencePath } = await describePackage(rooms, input);
    const inputs = {
      model: artifacts.model.inputHash,
      evidence: artifacts.evidence.inputHash,
      recipe: recipe as unknown as Json,
      code: STEP_VERSIONS.package,
    };
    const saved = await rooms.artifacts.save('package', inputs, async folder => {
      await copyFile(modelPath, join(folder, PACKAGE_FILES.model));
      await writeFile(join(folder, PACKAGE_FILES.meta), `${JSON.stringify(meta, null, 2)}\n`);
      await copyFile(evidencePath, join(folder, PACKAGE_FILES.metrics));
      const card = composeCard(meta, evidence, variants);
      await writeFile(join(folder, PACKAGE_FILES.card), cardMarkdown(card));
      await writeFile(join(folder, PACKAGE_FILES.cardPage), cardPage(card));
      return { packageId: meta.packageId, latencyMs: evidence.latencyMs };
    });
    const { metrics, baseline } = evidence;
    // What may have seen its test block proves nothing, and what was learnt from generated bars says nothing of a market.
    const mayHaveSeenTest = meta.imported !== undefined && meta.imported.trainedThroughTime === null;
    const eligible = evidence.eligible && !mayHaveSeenTest;
    const tradable = evidence.tradable && !meta.synthetic && !mayHaveSeenTest;
    const { version, cached } = await rooms.registry.register(seriesId(series), {
      packageId: meta.packageId,
      package: { step: 'package', inputHash: saved.artifact.inputHash, sha256: saved.artifact.sha256 },
      recipe: recipe.name,
      task: recipe.task,
      dataFromTime: meta.dataset.firstTime,
      dataToTime: meta.dataset.lastTime,
      trainedThroughTime: trainedThroughOf(meta),
      eligible,
      tradable,
      marketKind: meta.marketKind,
      ...(meta.imported && { origin: 'imported' as const }),
      metrics: {
        mcc: metrics.mcc,
        directionalAuc: metrics.directionalAuc,
        balancedAccuracy: metrics.balancedAccuracy,
        accuracy: metrics.accuracy,
        majorityAccuracy: baseline.accuracy,
      },
      actor,
    });
    const { folder } = await rooms.artifacts.load(saved.artifact);
    await linkPackage(rooms.home, seriesId(series), version.version, folder);
    return {
      artifact: saved.artifact,
      cached,
      version: version.version,
      packageId: meta.packageId,
      eligible,
      tradable,
      seeds: await seedsToTrain(rooms, version, meta),
      summary: `v${version.version}, ${eligible ? 'passed the gate' : 'failed the gate'}${tradable ? ', tradable' : ''}`,
    };
  });
}

async function describePackage(
  { artifacts }: Rooms,
  { series, recipe, actor: _, ...refs }: Input,
): Promise<{
  meta: PackageMeta;
  evidence: MeasuredEvidence;
  variants: readonly CardVariant[];
  modelPath: string;
  evidencePath: string;
}> {
  const snapshot = await artifacts.load<SnapshotFacts>(refs.snapshot);
  const dataset = await artifacts.load<DatasetFacts>(refs.dataset);
  const model = await artifacts.load<ModelFacts>(refs.model);
  const evidence = await readEvidence(artifacts, refs.evidence);
  const judged = await artifacts.load(refs.evidence);
  const { report, featureNames, schemaHash } = dataset.result;
  const modelFile = model.files.find(({ name }) => name === MODEL_FILE)!;
  return {
    evidence,
    variants: model.result.variants,
    modelPath: model.path(MODEL_FILE),
    evidencePath: judged.path(PACKAGE_FILES.metrics),
    meta: {
      packageId: refs.model.inputHash,
      series,
      marketKind: snapshot.result.marketKind,
      synthetic: snapshot.result.synthetic ?? false,
      ...(model.result.imported && { imported: model.result.imported }),
      task: recipe.task,
      classes: TASK_CLASSES[recipe.task],
      steps: estimatorOf(recipe.train).steps(recipe.train),
      featureNames,
      schemaHash,
      recipe,
      decision: model.result.decision,
      dataset: report,
      anchorTime: snapshot.result.anchorTime,
      artifacts: refs,
      model: modelFile,
      madeWith: model.result.madeWith,
    },
  };
}
