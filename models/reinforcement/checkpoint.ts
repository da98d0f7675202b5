import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { writeFileAtomic } from '../../storage/files.ts';
import type { PolicyState } from './policy-training.ts';

const FILE = 'policy.checkpoint';
const DIGEST_BYTES = 32;

/**
 * Keeps where a training stands, in place of what was kept before.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeCheckpoint(folder: string, state: PolicyState): Promise<void> {
  const bytes = serialize(state);
  await writeFileAtomic(join(folder, FILE), Buffer.concat([digestOf(bytes), bytes]));
}

/** Null where there is none, or where what is there is not what was written: the training then starts from the beginning. */
export async function readCheckpoint(folder: string): Promise<PolicyState | null> {
  const bytes = await readFile(join(folder, FILE)).catch(() => null);
  if (bytes === null) return null;
  const state = bytes.subarray(DIGEST_BYTES);
  if (!digestOf(state).equals(bytes.subarray(0, DIGEST_BYTES))) return null;
  return deserialize(state) as PolicyState;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
