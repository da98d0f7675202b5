import type { WeightSpec } from '../../contracts/recipe.ts';
import type { LabelTimes } from '../purge.ts';
import { balancedWeights } from './class-balance.ts';
import { decayAt } from './time-decay.ts';
import { labelOverlap } from './uniqueness.ts';

/** Labels with their times. */
export interface LabelledRows extends LabelTimes {
  readonly label: Int8Array;
  readonly classes: number;
}

/**
 * A weight per row of `times`: on training rows the product of what the recipe asks for, scaled to mean 1; on validation
 * rows the weight of their class, so that a model is chosen by the loss that it was trained on; 1 elsewhere. Reads labels
 * and times of training rows only, and the classes of validation rows.
 */
export function rowWeights(
  { train, validation }: { readonly train: Int32Array; readonly validation: Int32Array },
  rows: LabelledRows,
  spec: WeightSpec,
): Float32Array {
  const { label, bar, classes } = rows;
  const ofClass = spec.classBalance
    ? balancedWeights(
        train.map(row => label[row]),
        classes,
      )
    : null;
  const product = new Float64Array(train.length).fill(1);
  if (spec.uniqueness) multiply(product, labelOverlap(train, rows).uniqueness);
  if (ofClass)
    multiply(
      product,
      Float64Array.from(train, row => ofClass[label[row]]),
    );
  if (spec.timeDecay) {
    const { timeDecay } = spec;
    const newest = train.reduce((latest, row) => Math.max(latest, bar[row]), 0);
    multiply(
      product,
      Float64Array.from(train, row => decayAt(newest - bar[row], timeDecay)),
    );
  }
  const mean = product.reduce((sum, weight) => sum + weight, 0) / train.length;
  const weights = new Float32Array(label.length).fill(1);
  for (const [at, row] of train.entries()) weights[row] = product[at] / mean;
  if (ofClass) for (const row of validation) weights[row] = ofClass[label[row]];
  return weights;
}

function multiply(product: Float64Array, factors: Float64Array): void {
  for (let at = 0; at < product.length; at++) product[at] *= factors[at];
}
