import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { PackageMeta } from '../contracts/package.ts';
import type { VersionRecord } from '../registry/registry.ts';

/** Files of every package; `registerVersion` writes them, serving and judging read them. */
export const PACKAGE_FILES = {
  model: 'model.onnx',
  meta: 'meta.json',
  metrics: 'metrics.json',
  card: 'card.md',
} as const;

export interface OpenPackage {
  readonly meta: PackageMeta;
  readonly evidence: Evidence;
  /** The model's path. */
  readonly modelPath: string;
}

/** @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT */
export async function readPackage(artifacts: ArtifactStore, version: VersionRecord): Promise<OpenPackage> {
  const { path } = await artifacts.load(version.package);
  return {
    meta: await readJson<PackageMeta>(path(PACKAGE_FILES.meta)),
    evidence: await readJson<Evidence>(path(PACKAGE_FILES.metrics)),
    modelPath: path(PACKAGE_FILES.model),
  };
}

/**
 * The evidence that an evidence artifact or a package holds.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT
 */
export async function readEvidence(artifacts: ArtifactStore, ref: ArtifactRef): Promise<Evidence> {
  const { path } = await artifacts.load(ref);
  return await readJson<Evidence>(path(PACKAGE_FILES.metrics));
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
