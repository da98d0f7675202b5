import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import { type DecisionRule, LIKELIEST } from '../contracts/decision.ts';
import type { Evidence, Measurements } from '../contracts/evidence.ts';
import type { PackageMeta } from '../contracts/package.ts';
import type { VersionRecord } from '../registry/registry.ts';

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
