import { VALIDATION_REASONS, type ValidationReason } from '../../contracts/entry-validation.ts';

export interface FailureCount {
  /** Calls in a row without a usable answer. */
  readonly consecutive: number;
  /** Whether this one is to be told: the n-th in a row, and each n-th after it. */
  readonly alarms: boolean;
}

/** How many calls in a row have failed after this one; a verdict of whatever kind ends the row. */
export function countFailure(before: number, reason: ValidationReason, alarmAfter: number): FailureCount {
  const consecutive = VALIDATION_REASONS[reason].verdict === 'failed' ? before + 1 : 0;
  return { consecutive, alarms: consecutive > 0 && consecutive % alarmAfter === 0 };
}
