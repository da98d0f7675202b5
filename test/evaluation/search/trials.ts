import type { TrialRow, TrialScore } from '../../../contracts/trials.ts';

/** A scored trial; whatever a test does not speak of is the same in all. */
export function rowOf(
  trial: number,
  value: number | null,
  { folds = 5, ...changes }: { folds?: number; settings?: TrialRow['settings'] } = {},
): TrialRow & { ok: true } {
  return {
    trial,
    settings: {},
    ok: true,
    cached: false,
    artifact: { step: 'trial', inputHash: 'a'.repeat(64), sha256: 'b'.repeat(64) },
    score: scoreOf({ value, folds }),
    ...changes,
  };
}

export function scoreOf(changes: Partial<TrialScore> = {}): TrialScore {
  return {
    value: 0.1,
    folds: 5,
    rows: 1_000,
    mcc: { value: 0.1, low: 0.05, high: 0.15 },
    directionalAuc: { value: 0.52, low: 0.5, high: 0.54 },
    logLoss: 1.05,
    trades: 100,
    netReturn: -0.1,
    sharpePerBar: 0.01,
    ...changes,
  };
}
