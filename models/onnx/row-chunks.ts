import type { ModelSession } from './session.ts';

/** A run blocks its thread; this many rows of the largest models take some 10 ms. */
const ROWS_PER_RUN = 512;

/**
 * Probabilities `[rows, classes]` of any number of windows, run in chunks, so that timers and messages of the thread
 * get their turn in between. Chunks change no row's answer.
 */
export async function runRows(session: ModelSession, x: Float32Array, rows: number): Promise<Float32Array> {
  const width = x.length / rows;
  const classes = session.info.classes.length;
  const answer = new Float32Array(rows * classes);
  for (let from = 0; from < rows; from += ROWS_PER_RUN) {
    const to = Math.min(rows, from + ROWS_PER_RUN);
    answer.set(await session.run(x.subarray(from * width, to * width), to - from), from * classes);
  }
  return answer;
}
