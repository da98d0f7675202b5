import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Threads ask themselves a few times a second whether they are asked; one that is busy answers later. */
const ANSWERED_MS = 1_000;

/** The environment of processes that can be asked for what they hold. */
export async function askable(folder: string): Promise<NodeJS.ProcessEnv> {
  await mkdir(folder);
  const preload = join(import.meta.dirname, 'held-memory-preload.ts');
  return { ALPHALOOM_BENCH_MEMORY: folder, NODE_OPTIONS: `--import ${preload}` };
}

/**
 * What all threads of a process hold, MB, after a collection: what a resident size says between two collections is how lately the
 * last one was.
 */
export async function heldMb(folder: string, pid: number, question: string): Promise<number> {
  await writeFile(join(folder, String(pid)), question);
  await sleep(ANSWERED_MS);
  const answers = readdirSync(folder)
    .filter(name => name.startsWith(`${pid}-`))
    .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { question: string; bytes: number });
  const missing = answers.filter(answer => answer.question !== question).length;
  if (answers.length === 0 || missing > 0)
    throw new Error(`${missing} threads of process ${pid} did not say what they hold.`);
  return answers.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
}
