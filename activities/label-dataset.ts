import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../contracts/artifact.ts';
import type { DatasetReport } from '../contracts/dataset.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { writeDataset } from '../datasets/dataset-file.ts';
import { dossierJson, REPORT_FILES } from '../datasets/report-file.ts';
import { renderDossier } from '../datasets/report-markdown.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import type { AuditReport } from '../features/audit/report.ts';
import { loadCatalog } from '../features/own-features.ts';
import { schemaHash } from '../features/schema.ts';
import { resolveFeatures } from '../features/sets.ts';
import { estimatorOf } from '../models/estimators/index.ts';
import { asStep } from './activity.ts';
import { auditOwnFeatures } from './audit-features.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { offThread } from './off-thread.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';
import { requireSameSchema } from './unchanged-files.ts';

export const DATASET_FILE = 'dataset.arrow';

/** The artifact's result. */
export interface DatasetFacts {
  readonly featureNames: readonly string[];
  readonly schemaHash: string;
  readonly report: DatasetReport;
  /** Of the features of the user's own; null where all are built-in, which the project's tests audit. */
  readonly audit: AuditReport | null;
}

interface Input {
  readonly snapshot: ArtifactRef;
  readonly recipe: Recipe;
}

/** Features, labels and purged blocks of a snapshot. */
export function labelDataset({ artifacts }: Rooms) {
  return asStep(async ({ snapshot, recipe }: Input, { signal }) => {
    const features = resolveFeatures(recipe.features, await loadCatalog(recipe.features.files));
    const audit = await auditOwnFeatures(artifacts, { snapshot, recipe }, features, signal);
    const steps = estimatorOf(recipe.train).steps(recipe.train);
    const inputs = {
      snapshot: snapshot.inputHash,
      schema: schemaHash(features),
      maxFillBars: recipe.features.maxFillBars,
      labels: recipe.labels,
      split: recipe.split,
      ...(recipe.weights && { weights: recipe.weights }),
      ...(recipe.filter && { filter: recipe.filter }),
      ...(steps > 1 && { steps }),
      minTestRows: recipe.gate.minTestRows,
      code: STEP_VERSIONS.dataset,
    };
    const saved = await artifacts.save('dataset', inputs, async folder => {
      const { path, result } = await artifacts.load(snapshot);
      const { series, marketKind, quality = null } = result as unknown as SnapshotFacts;
      const candles = await readSnapshot(path(SNAPSHOT_FILE));
      const { dataset, report, details } = await offThread(
        'buildDataset',
        [candles, series.timeframe, recipe, steps],
        signal,
      );
      requireSameSchema(dataset.schemaHash, inputs.schema, recipe.features.files);
      await writeDataset(dataset, join(folder, DATASET_FILE));
      const dossier = { series, marketKind, recipe, report, details, quality, audit };
      await writeFile(join(folder, REPORT_FILES.json), dossierJson(dossier));
      await writeFile(join(folder, REPORT_FILES.markdown), renderDossier(dossier));
      return {
        featureNames: [...dataset.featureNames],
        schemaHash: dataset.schemaHash,
        report,
        audit,
      } satisfies DatasetFacts;
    });
    const { blocks } = (saved.result as unknown as DatasetFacts).report;
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: `${features.length} features; rows ${blocks.train.rows} train, ${blocks.validation.rows} validation, ${blocks.test.rows} test`,
    };
  });
}
