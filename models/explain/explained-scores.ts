import type { ExplainedScore } from '../../contracts/explanation.ts';
import { answerWidth, type Task } from '../../contracts/tasks.ts';

export function explainedScoreOf(task: Task): ExplainedScore {
  return task === 'return' ? 'expected-return' : 'log-odds';
}

/** The least float32 of full precision: a softmax that underflows to 0 stays comparable. */
const LEAST_PROBABILITY = 2 ** -126;

/**
 * What contributions add up to, `[rows, outputs]`, from a model's answers `[rows, outputs]`: an expected return as it is; of
 * each class the mean over the others of log(p / p_other). The latter does not change when all raw scores are shifted, is
 * linear in them, and of two classes is the log odds.
 */
export function explainedScores(task: Task, answers: ArrayLike<number>): Float64Array {
  if (task === 'return') return Float64Array.from(answers);
  const scores = Float64Array.from(answers, p => Math.log(Math.max(p, LEAST_PROBABILITY)));
  againstOthers(scores, answerWidth(task), 1);
  return scores;
}

/**
 * Turns raw scores `[rows, classes, width]` into what each is above the mean of the others, in place: score k becomes
 * s_k − mean of s_j over j ≠ k. Contributions to raw scores become contributions to log odds by the same formula.
 */
export function againstOthers(scores: Float64Array, classes: number, width: number): void {
  const row = new Float64Array(classes);
  const size = classes * width;
  for (let from = 0; from < scores.length; from += size) {
    for (let at = from; at < from + width; at++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        row[k] = scores[at + k * width];
        sum += row[k];
      }
      for (let k = 0; k < classes; k++) scores[at + k * width] = row[k] - (sum - row[k]) / (classes - 1);
    }
  }
}
