import { RandomStream } from '../nets/random-stream.ts';
import { ACTIONS } from './actions.ts';
import { emptyJudgement, type PolicyLearner } from './policy-learner.ts';
import { PORTFOLIO_SIZE } from './portfolio-state.ts';

/** Rows it is measured on, evenly spaced. */
const MOST_ROWS = 1_000;

/**
 * Per feature, the mean total variation distance between a flat account's action probabilities on the given bars and those
 * after the feature's whole windows were shuffled among them (permutation importance: Breiman 2001, on the answer instead of an
 * error). O(features × rows).
 */
export async function policyImportance(
  learner: PolicyLearner,
  bars: Int32Array,
  seed: number,
): Promise<number[]> {
  const stride = Math.ceil(bars.length / MOST_ROWS);
  const chosen = bars.filter((_, at) => at % stride === 0);
  const window = learner.copyWindows(chosen).slice();
  const { steps, features } = learner.shape;
  const probabilitiesOf = async (x: Float32Array) => {
    const judgement = emptyJudgement(chosen.length);
    await learner.judge(x, new Float32Array(chosen.length * PORTFOLIO_SIZE), 0, judgement);
    return softmaxRows(judgement.scores);
  };
  const usual = await probabilitiesOf(window);
  const random = new RandomStream(seed, 'policy/importance');
  const importance: number[] = [];
  for (let feature = 0; feature < features; feature++) {
    const order = random.permutation(feature, chosen.length);
    const shuffled = window.slice();
    for (const [row, other] of order.entries())
      for (let step = 0; step < steps; step++)
        shuffled[(row * steps + step) * features + feature] =
          window[(other * steps + step) * features + feature];
    importance.push(meanDistance(usual, await probabilitiesOf(shuffled)));
  }
  return importance;
}

function softmaxRows(scores: Float32Array): Float64Array {
  const probabilities = new Float64Array(scores.length);
  for (let from = 0; from < scores.length; from += ACTIONS.length) {
    const most = Math.max(...scores.subarray(from, from + ACTIONS.length));
    let sum = 0;
    for (let at = from; at < from + ACTIONS.length; at++) {
      probabilities[at] = Math.exp(scores[at] - most);
      sum += probabilities[at];
    }
    for (let at = from; at < from + ACTIONS.length; at++) probabilities[at] /= sum;
  }
  return probabilities;
}

function meanDistance(a: Float64Array, b: Float64Array): number {
  const difference = a.reduce((sum, value, at) => sum + Math.abs(value - b[at]), 0);
  return difference / 2 / (a.length / ACTIONS.length);
}
