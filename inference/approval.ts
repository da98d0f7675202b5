import type { Prediction } from '../contracts/prediction.ts';
import { APPROVE, NO_TRADE, TASK_CLASSES } from '../contracts/tasks.ts';

/** What a veto says of a signal. */
export type Approval = NonNullable<Prediction['approval']>;

/** A veto's answer as what to do: an approved signal is taken in its own direction, as the backtest takes it. */
export interface ApprovedDirection {
  /** In the order of `TASK_CLASSES.direction3`. */
  readonly probabilities: Float32Array;
  /** Class of `direction3`. */
  readonly decided: number;
  readonly approval: Approval;
}

/**
 * @param probabilities in the order of `TASK_CLASSES.approve2`
 * @param answered class of `approve2` that was decided
 * @param side class of `direction3` of the signal that is judged; without one there is nothing to take
 */
export function asDirection(
  probabilities: Float32Array,
  answered: number,
  side: number | null,
): ApprovedDirection {
  const signal = side ?? NO_TRADE;
  const directions = new Float32Array(TASK_CLASSES.direction3.length);
  directions[NO_TRADE] = 1 - probabilities[APPROVE];
  directions[signal] += probabilities[APPROVE];
  return {
    probabilities: directions,
    decided: answered === APPROVE ? signal : NO_TRADE,
    approval: {
      answer: TASK_CLASSES.approve2[answered],
      probability: probabilities[APPROVE],
      signal: TASK_CLASSES.direction3[signal],
    },
  };
}
