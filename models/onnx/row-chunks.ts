import { answerWidth } from '../../contracts/tasks.ts';
import { copyWindows, type WindowTable } from '../../features/window.ts';
import type { ModelSession } from './session.ts';

/** A run blocks its thread; this many values of input (512 rows of a usual tree's, 34 of a usual net's) take some 10 ms. */
const VALUES_PER_RUN = 32_768;
const MOST_ROWS = 512;

/**
 * Answers `[rows, outputs]` of any number of windows, run in chunks, so that timers and messages of the thread get their
 * turn in between. Chunks change no row's answer.
 */
export async function runRows(session: ModelSession, windows: WindowTable): Promise<Float32Array> {
  const rows = windows.ends.length;
  const width = windows.steps * windows.features;
  const outputs = answerWidth(session.info.task);
  const answers = new Float32Array(rows * outputs);
  const chunk = Math.max(1, Math.min(MOST_ROWS, Math.floor(VALUES_PER_RUN / width)));
  const x = new Float32Array(Math.min(chunk, rows) * width);
  for (let from = 0; from < rows; from += chunk) {
    const to = Math.min(rows, from + chunk);
    copyWindows(windows, from, to, x);
    answers.set(await session.run(x.subarray(0, (to - from) * width), to - from), from * outputs);
  }
  return answers;
}
