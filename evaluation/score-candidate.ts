import { decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import type { Stability } from '../contracts/stability.ts';
import { type Score, type ScoreInput, scoreModel } from './score.ts';
import { measureStability } from './stability/slices.ts';

/**
 * A candidate's score on its test block, and the same by month and by volatility regime.
 * @param trainBar bars of the training rows, whose volatilities say what is calm
 */
export function scoreCandidate(
  input: ScoreInput,
  trainBar: Int32Array,
): Score & { readonly stability: Stability } {
  const score = scoreModel(input);
  const probabilities = decidedProbabilities(input.task, input.answers, input.decision);
  const predicted = decideClasses(input.task, probabilities, input.decision);
  const { trades } = score;
  return { ...score, stability: measureStability({ ...input, probabilities, predicted, trainBar, trades }) };
}
