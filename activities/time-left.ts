import type { FitProgress } from '../contracts/training.ts';

/**
 * Passes progress on with how long the rest would take at the speed so far. What had been done when the first word came is
 * not counted: a fit that goes on from a checkpoint did not do it now.
 * @param monotonicMs for durations
 */
export function withTimeLeft(
  report: (progress: FitProgress) => void,
  monotonicMs: () => number,
): (progress: FitProgress) => void {
  let first: { readonly done: number; readonly at: number } | null = null;
  return progress => {
    const now = { done: shareDone(progress), at: monotonicMs() };
    first ??= now;
    const done = now.done - first.done;
    if (done <= 0) return report(progress);
    const msPerShare = (now.at - first.at) / done;
    report({ secondsLeft: Math.round(((1 - now.done) * msPerShare) / 1_000), ...progress });
  };
}

/** Of all rounds, those and the part of one that are done. */
function shareDone({ round, rounds, step = 0, steps = 1 }: FitProgress): number {
  return Math.min(1, (round + step / steps) / rounds);
}
