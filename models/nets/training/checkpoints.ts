import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, isDeadTemporary, writeFileAtomic } from '../../../storage/files.ts';
import type { FitSnapshot, FitState, Tensors } from './fit-state.ts';
import { decodeTensors, encodeTensors, type NamedTensor } from './tensor-file.ts';

/** A file's name carries the hash of its bytes, so that damage of any kind is seen. */
const NAME = /^epoch-(\d{6})\.([0-9a-f]{64})\.safetensors$/;

/**
 * Writes what a training needs to go on, and leaves the checkpoint before it as the one to fall back on.
 * @param identity of all that the training's result depends on
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeCheckpoint(
  folder: string,
  identity: string,
  { state, last, best }: FitSnapshot,
): Promise<void> {
  const tensors = [...prefixed('last', last), ...prefixed('best', best ?? {})];
  const bytes = encodeTensors(tensors, { identity, state: JSON.stringify(state) });
  const epoch = String(state.epoch).padStart(6, '0');
  await writeFileAtomic(join(folder, `epoch-${epoch}.${sha256(bytes)}.safetensors`), bytes);
  await removeBefore(folder, state.epoch - 1);
}

/** The newest sound checkpoint of just this training; null where there is none. */
export async function readCheckpoint(folder: string, identity: string): Promise<FitSnapshot | null> {
  if (!(await exists(folder))) return null;
  const names = (await readdir(folder)).filter(name => NAME.test(name)).sort();
  for (const name of names.reverse()) {
    const bytes = await readFile(join(folder, name));
    if (sha256(bytes) !== NAME.exec(name)![2]) continue;
    const { tensors, metadata } = decodeTensors(bytes, name);
    if (metadata.identity !== identity) continue;
    const state = JSON.parse(metadata.state) as FitState;
    return { state, last: unprefixed('last', tensors), best: state.best && unprefixed('best', tensors) };
  }
  return null;
}

/** Older checkpoints, and what killed writers left half-written. */
async function removeBefore(folder: string, epoch: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const written = NAME.exec(name);
    const isOld = written !== null && Number(written[1]) < epoch;
    if (isOld || isDeadTemporary(name)) await rm(join(folder, name), { force: true });
  }
}

function prefixed(prefix: string, tensors: Tensors): [string, NamedTensor][] {
  return Object.entries(tensors).map(([name, values]) => [
    `${prefix}/${name}`,
    { dims: [values.length], values },
  ]);
}

function unprefixed(prefix: string, tensors: ReadonlyMap<string, NamedTensor>): Tensors {
  const found = [...tensors].filter(([name]) => name.startsWith(`${prefix}/`));
  return Object.fromEntries(found.map(([name, { values }]) => [name.slice(prefix.length + 1), values]));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
