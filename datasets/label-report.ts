import type { Candles } from '../contracts/candles.ts';
import type { Dataset, LabelReport } from '../contracts/dataset.ts';
import type { LabelSpec, TripleBarrierSpec } from '../contracts/labels.ts';
import { LONG, SHORT } from '../contracts/tasks.ts';
import { reachesBoth } from './labels/triple-barrier.ts';
import { volatilityOf, volatilityPerBar } from './labels/volatility.ts';
import { labelOverlap } from './weights/uniqueness.ts';

/** What labels say of the training rows: how they overlap, and what decided them. O(bars). */
export function reportLabels(
  dataset: Dataset,
  train: Int32Array,
  candles: Candles,
  spec: LabelSpec,
): LabelReport {
  const { uniqueness, meanConcurrency } = labelOverlap(train, dataset);
  return {
    meanConcurrency,
    averageUniqueness: uniqueness.reduce((sum, share) => sum + share, 0) / train.length,
    decidedBy: spec.kind === 'triple-barrier' ? countDecisions(dataset, train, candles, spec) : null,
    target: dataset.target ? describeTarget(dataset.target, train) : null,
  };
}

function countDecisions(
  { label, bar, labelEnd }: Dataset,
  train: Int32Array,
  candles: Candles,
  spec: TripleBarrierSpec,
): LabelReport['decidedBy'] {
  const volatility = volatilityPerBar(candles, volatilityOf(spec));
  const counts = { upper: 0, lower: 0, time: 0, both: 0 };
  for (const row of train) {
    if (label[row] === LONG) counts.upper++;
    else if (label[row] === SHORT) counts.lower++;
    else if (reachesBoth(candles, spec, volatility, bar[row], labelEnd[row])) counts.both++;
    else counts.time++;
  }
  return counts;
}

function describeTarget(target: Float32Array, train: Int32Array): LabelReport['target'] {
  let [sum, squares] = [0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of train) {
    sum += target[row];
    min = Math.min(min, target[row]);
    max = Math.max(max, target[row]);
  }
  const mean = sum / train.length;
  for (const row of train) squares += (target[row] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / train.length), min, max };
}
