import { createHash } from 'node:crypto';
import type { ArtifactStep, FileDigest, Json } from '../contracts/artifact.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * SHA-256 (hex) of a step and its inputs: the name of its artifact. Inputs are everything that decides the bytes (data,
 * settings, code and library versions, threads); measured times and today's date are not among them.
 * @throws AlphaloomError INTERNAL for inputs that are not JSON
 */
export function inputHash(step: ArtifactStep, inputs: Json): string {
  return sha256(canonicalJson({ step, inputs }));
}

/** SHA-256 (hex) over the files' names, sizes and hashes in order of name: what `ArtifactRef.sha256` holds. */
export function filesHash(files: readonly FileDigest[]): string {
  const ordered = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sha256(canonicalJson(ordered.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }))));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
