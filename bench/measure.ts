import { arch, cpus, platform } from 'node:os';
import type { BenchRow } from '../cli/dev.ts';

/** Prints a bench's one document. */
export function report(name: string, rows: readonly BenchRow[]): void {
  const machine = `${cpus()[0]?.model ?? arch()} × ${cpus().length}, ${platform()}, Node ${process.version}`;
  process.stdout.write(`${JSON.stringify({ name, machine, rows }, null, 2)}\n`);
}

/** Milliseconds of each of `runs` calls, after `warmUp` that don't count. */
export async function timeRuns(
  runs: number,
  warmUp: number,
  work: (run: number) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (let run = -warmUp; run < runs; run++) {
    const started = performance.now();
    await work(run);
    if (run >= 0) times.push(performance.now() - started);
  }
  return times;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
