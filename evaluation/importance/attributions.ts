import type { AttributionSummary } from '../../contracts/explanation.ts';
import { answerWidth, type Task } from '../../contracts/tasks.ts';
import type { WindowTable } from '../../features/window.ts';
import { ageBands } from '../../models/explain/cell-groups.ts';
import type { Explainer } from '../../models/explain/contributions.ts';
import { explainedScoreOf } from '../../models/explain/explained-scores.ts';
import { evenlySpaced, sampleWindows } from './sample-windows.ts';

export interface AttributionInput {
  readonly task: Task;
  readonly featureNames: readonly string[];
  /** Of the test block. */
  readonly windows: WindowTable;
  readonly baseline: readonly (number | null)[];
}

/** Trees are quick; along a path a window costs some hundreds of answers, more the larger it is. */
const MOST_ROWS = { 'tree-shap': 500, 'integrated-gradients': 50 } as const;
const FEWEST_ROWS = 10;
/** Bars of all windows for each of their features: some ten seconds of a usual net. */
const MOST_BARS = 2 ** 15;

/** How much each feature moves the model's single answers, on average over evenly spaced rows. */
export async function summarizeAttributions(
  explainer: Explainer,
  { task, featureNames, windows, baseline }: AttributionInput,
): Promise<AttributionSummary> {
  const { method } = explainer;
  const width = featureNames.length;
  const outputs = answerWidth(task);
  const affordable = Math.max(FEWEST_ROWS, Math.floor(MOST_BARS / (windows.steps * width)));
  const chosen = evenlySpaced(windows.ends.length, Math.min(MOST_ROWS[method], affordable));
  const { features, bands, gap } = await explainer.explain(sampleWindows(windows, chosen));
  const means = meanAbsolute(features, outputs, width);
  return {
    method,
    score: explainedScoreOf(task),
    block: 'test',
    rows: chosen.length,
    baseline,
    largestGap: gap.reduce((largest, value) => Math.max(largest, value), 0),
    features: featureNames.map((feature, at) => ({
      feature,
      meanAbsolute: mean(means[at]!),
      byScore: means[at]!,
    })),
    bars: bands && sharesOfBars(bands, outputs, windows.steps),
  };
}

/** Mean over the rows of |value| in `[rows, outputs, width]`, as a list over the outputs for each place of the last axis. */
function meanAbsolute(values: Float64Array, outputs: number, width: number): number[][] {
  const rows = values.length / (outputs * width);
  const sums = new Float64Array(outputs * width);
  for (const [at, value] of values.entries()) sums[at % sums.length]! += Math.abs(value);
  return Array.from({ length: width }, (_, at) =>
    Array.from({ length: outputs }, (_, output) => sums[output * width + at]! / rows),
  );
}

function sharesOfBars(bands: Float64Array, outputs: number, steps: number): AttributionSummary['bars'] {
  const ages = ageBands(steps);
  const means = meanAbsolute(bands, outputs, ages.length).map(mean);
  const total = means.reduce((sum, value) => sum + value, 0);
  return ages.map((band, at) => ({ ...band, share: total > 0 ? means[at]! / total : 0 }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
