import type { ModelSession } from '../models/onnx/session.ts';

/** A machine that is busy with other work slows a round or two, hardly all of them. */
const ROUNDS = 3;
const RUNS = 41;

/** How long one prediction takes in-process, ms: the median of each of three rounds, the fastest round's. */
export async function servingLatency(
  session: ModelSession,
  window: Float32Array,
  monotonicMs: () => number,
): Promise<number> {
  await session.run(window, 1);
  const medians: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const startedAt = monotonicMs();
      await session.run(window, 1);
      times.push(monotonicMs() - startedAt);
    }
    medians.push(times.sort((a, b) => a - b)[RUNS >> 1]);
  }
  return Math.min(...medians);
}
