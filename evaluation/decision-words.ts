import type { Calibration } from '../contracts/calibration.ts';
import type { DecisionRule } from '../contracts/decision.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { DECIDED_CLASSES, type Task } from '../contracts/tasks.ts';
import { basisPoints, decimals, joined } from '../contracts/wording.ts';

/** How answers become decisions, in a sentence or two. */
export function decisionSentence(task: Task, { thresholds, returns }: DecisionRule): string {
  const classes = DECIDED_CLASSES[task];
  const decided =
    thresholds === null
      ? 'It answers with the likeliest class.'
      : `It answers with the class whose probability is the largest multiple of its threshold: ${joined(classes.map((name, k) => `${name} ${decimals(thresholds[k]!)}`))}.`;
  if (returns === null) return decided;
  const { deviation, breakEven } = returns;
  return `Probabilities are the chances that the return which was expected, give or take what it missed in validation (a deviation of ${basisPoints(deviation)}), pays a round trip of ${basisPoints(breakEven)}. ${decided}`;
}

/** What calibration did to the test block's probabilities; null where nothing was calibrated. */
export function calibrationSentence({ calibration }: Pick<Evidence, 'calibration'>): string | null {
  if (!calibration || isPlain(calibration)) return null;
  const { temperature, errorBefore, errorAfter } = calibration;
  return `Its probabilities are those of the shares that classes had in training (the weights of rare ones undone), at temperature ${decimals(temperature, 2)}: they miss the frequencies by ${decimals(errorAfter)} on average (expected calibration error), where the raw ones miss them by ${decimals(errorBefore)}.`;
}

function isPlain({ logWeights, temperature }: Calibration): boolean {
  return temperature === 1 && logWeights.every(weight => weight === 0);
}
