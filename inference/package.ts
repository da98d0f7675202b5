import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import { type DecisionRule, LIKELIEST } from '../contracts/decision.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Evidence, Measurements } from '../contracts/evidence.ts';
import type { PackageMeta } from '../contracts/package.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { digestFile, exists } from '../storage/files.ts';

/** What was measured stands in the artifact's record, which no hash of its files covers. */
export type MeasuredEvidence = Evidence & Measurements;

/** Files of a package; `registerVersion` writes them, serving and judging read them. Packages of earlier versions have no page. */
export const PACKAGE_FILES = {
  model: 'model.onnx',
  meta: 'meta.json',
  metrics: 'metrics.json',
  card: 'card.md',
  cardPage: 'card.html',
} as const;

export interface OpenPackage {
  readonly meta: PackageMeta;
  readonly evidence: MeasuredEvidence;
  /** The model's path. */
  readonly modelPath: string;
}

/** Packages of earlier versions chose the likeliest class. */
export function decisionOf({ decision }: Pick<PackageMeta, 'decision'>): DecisionRule {
  return decision ?? LIKELIEST;
}

/**
 * Open time of the last bar that a model may have seen: later ones are unseen. Of a model trained elsewhere without saying
 * through when, all of its data.
 */
export function trainedThroughOf({ dataset, imported }: Pick<PackageMeta, 'dataset' | 'imported'>): number {
  if (imported?.trainedThroughTime === null) return dataset.lastTime;
  return Math.max(dataset.trainedThroughTime, imported?.trainedThroughTime ?? 0);
}

/** @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT */
export async function readPackage(artifacts: ArtifactStore, version: VersionRecord): Promise<OpenPackage> {
  const { path, result } = await artifacts.load<Partial<Measurements>>(version.package);
  return {
    meta: await readJson<PackageMeta>(path(PACKAGE_FILES.meta)),
    evidence: withMeasurements(await readJson<Evidence>(path(PACKAGE_FILES.metrics)), result),
    modelPath: path(PACKAGE_FILES.model),
  };
}

/**
 * A package that lies in a folder of its own, a version's or a copy of one: its model must be the one that its `meta.json`
 * names.
 * @throws AlphaloomError FILE_NOT_FOUND naming the file that is not there, ARTIFACT_CORRUPT
 */
export async function readPackageFolder(folder: string): Promise<OpenPackage> {
  const path = (file: keyof typeof PACKAGE_FILES) => join(folder, PACKAGE_FILES[file]);
  for (const file of ['model', 'meta', 'metrics'] as const) {
    if (await exists(path(file))) continue;
    throw new AlphaloomError(
      'FILE_NOT_FOUND',
      `${folder} is no package: there is no ${PACKAGE_FILES[file]} in it.`,
      { folder, file: PACKAGE_FILES[file] },
    );
  }
  const meta = await readJson<PackageMeta>(path('meta')).catch(error => {
    throw corrupt(path('meta'), 'it is not JSON', error);
  });
  const missing = META_PARTS.find(part => meta?.[part] === undefined);
  if (missing !== undefined) throw corrupt(path('meta'), `it has no ${missing}`);
  const { sha256 } = await digestFile(path('model'));
  if (sha256 !== meta.model.sha256)
    throw corrupt(path('model'), `its SHA-256 is not the one of ${PACKAGE_FILES.meta} beside it`);
  const evidence = await readJson<Evidence>(path('metrics')).catch(error => {
    throw corrupt(path('metrics'), 'it is not JSON', error);
  });
  return { meta, evidence: withMeasurements(evidence, null), modelPath: path('model') };
}

/** What serving reads of `meta.json`. */
const META_PARTS = [
  'packageId',
  'series',
  'task',
  'steps',
  'featureNames',
  'recipe',
  'dataset',
  'model',
] as const;

function corrupt(path: string, what: string, cause?: unknown): AlphaloomError {
  return new AlphaloomError('ARTIFACT_CORRUPT', `${path} can’t be used: ${what}.`, { path }, { cause });
}

/**
 * The evidence that an evidence artifact or a package holds.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
 */
export async function readEvidence(artifacts: ArtifactStore, ref: ArtifactRef): Promise<MeasuredEvidence> {
  const { path, result } = await artifacts.load<Partial<Measurements>>(ref);
  return withMeasurements(await readJson<Evidence>(path(PACKAGE_FILES.metrics)), result);
}

/** Puts the time where the gate's table shows what a rule found; older packages hold it in the evidence itself. */
function withMeasurements(
  evidence: Evidence & Partial<Measurements>,
  measured: Partial<Measurements> | null,
): MeasuredEvidence {
  const latencyMs = measured?.latencyMs ?? evidence.latencyMs ?? null;
  const rules = evidence.rules.map(rule =>
    rule.rule === 'latency' ? { ...rule, numbers: { latencyMs, ...rule.numbers } } : rule,
  );
  return { ...evidence, latencyMs, rules };
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
