import { type DecisionRule, decideClasses, decidedProbabilities } from '../../contracts/decision.ts';
import type { MeanDeviation, PermutationImportance } from '../../contracts/explanation.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import type { WindowTable } from '../../features/window.ts';
import { confusionCounts, matthewsCorrelation } from '../../statistics/confusion.ts';
import { logLossOfRow } from '../../statistics/probabilities.ts';
import { GENERATOR, randomIndex, seededRandom } from '../../statistics/random.ts';
import { evenlySpaced, sampleWindows } from './sample-windows.ts';

/** Answers `[rows, outputs]` of a model. */
export type Answer = (windows: WindowTable) => Promise<Float32Array>;

export interface PermutationInput {
  readonly task: Task;
  readonly decision: DecisionRule;
  readonly featureNames: readonly string[];
  /** Of the test block. */
  readonly windows: WindowTable;
  /** The decided class that was right, per window. */
  readonly label: Int8Array;
  readonly seed: number;
}

const REPEATS = 5;
const MOST_ROWS = 2_000;
const FEWEST_ROWS = 100;
/** Bars that models are fed in all: some seconds of trees, some ten of a net over windows. */
const MOST_BARS = 2 ** 20;

/**
 * Permutation importance of every feature. Within a repeat all features are shuffled by the same permutation, so that
 * what one of them shows does not depend on which others there are. O(features · repeats · rows) answers.
 */
export async function permutationImportance(
  answer: Answer,
  input: PermutationInput,
): Promise<PermutationImportance> {
  const { featureNames, seed } = input;
  const chosen = evenlySpaced(input.label.length, rowsWithin(input.windows));
  const windows = sampleWindows(input.windows, chosen);
  const label = Int8Array.from(chosen, row => input.label[row]!);
  const original = windows.values.slice();
  const measure = async () => score(await answer(windows), label, input);
  const intact = await measure();
  const random = seededRandom(seed);
  const worse = featureNames.map(() => ({ logLossRise: [] as number[], mccFall: [] as number[] }));
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const order = shuffled(chosen.length, random);
    for (const [feature, { logLossRise, mccFall }] of worse.entries()) {
      moveFeature(windows, original, feature, order);
      const { logLoss, mcc } = await measure();
      logLossRise.push(logLoss - intact.logLoss);
      mccFall.push(intact.mcc - mcc);
      restoreFeature(windows, original, feature);
    }
  }
  return {
    block: 'test',
    rows: chosen.length,
    repeats: REPEATS,
    generator: GENERATOR,
    seed,
    ...intact,
    features: worse.map(({ logLossRise, mccFall }, at) => ({
      feature: featureNames[at]!,
      logLossRise: meanDeviation(logLossRise),
      mccFall: meanDeviation(mccFall),
    })),
  };
}

function rowsWithin({ steps, features }: WindowTable): number {
  const affordable = Math.floor(MOST_BARS / (features * REPEATS * steps));
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, affordable));
}

function score(
  answers: Float32Array,
  label: Int8Array,
  { task, decision }: PermutationInput,
): { logLoss: number; mcc: number } {
  const classes = DECIDED_CLASSES[task].length;
  const probabilities = decidedProbabilities(task, answers, decision);
  const counts = confusionCounts(label, decideClasses(task, probabilities, decision), classes);
  let logLoss = 0;
  for (let row = 0; row < label.length; row++)
    logLoss += logLossOfRow(probabilities, classes, row, label[row]!);
  return { logLoss: logLoss / label.length, mcc: matthewsCorrelation(counts, classes) };
}

/** Gives each window the feature's values of another one. */
function moveFeature(
  { values, steps, features }: WindowTable,
  original: Float32Array,
  feature: number,
  order: Int32Array,
): void {
  const width = steps * features;
  for (const [row, from] of order.entries())
    for (let at = feature; at < width; at += features)
      values[row * width + at] = original[from * width + at]!;
}

function restoreFeature({ values, features }: WindowTable, original: Float32Array, feature: number): void {
  for (let at = feature; at < values.length; at += features) values[at] = original[at]!;
}

/** Fisher and Yates. */
function shuffled(size: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: size }, (_, at) => at);
  for (let at = size - 1; at > 0; at--) {
    const other = randomIndex(random, at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

function meanDeviation(values: readonly number[]): MeanDeviation {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
