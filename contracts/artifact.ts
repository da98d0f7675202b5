/** Steps whose output is kept as an artifact. */
export const ARTIFACT_STEPS = [
  'snapshot',
  'audit',
  'dataset',
  'import',
  'fit',
  'model',
  'evidence',
  'package',
  'comparison',
  'seeds',
  'fold',
  'trial',
  'search',
  'evaluation',
] as const;
export type ArtifactStep = (typeof ARTIFACT_STEPS)[number];

/** JSON that survives a round trip (no NaN, no undefined in arrays, no bigint). */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/**
 * Points at a step's output. Small enough for Temporal payloads; `sha256` covers every file of the artifact,
 * so a reference names its bytes, not only its inputs.
 */
export interface ArtifactRef {
  readonly step: ArtifactStep;
  /** SHA-256 (hex) of the step's name and inputs; names the folder `artifacts/<step>/<inputHash>/`. */
  readonly inputHash: string;
  /** SHA-256 (hex) over the sorted list of (file name, bytes, sha256). */
  readonly sha256: string;
}

/** What a step hands back: where its output is, and whether it had been there already. */
export interface StepResult {
  readonly artifact: ArtifactRef;
  readonly cached: boolean;
}

/** SHA-256 (hex) and size of one file. */
export interface FileDigest {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}
