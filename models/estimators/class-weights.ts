import type { Dataset } from '../../contracts/dataset.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { rowsOfBlock } from '../../datasets/block-rows.ts';
import { balancedWeights } from '../../datasets/weights/class-balance.ts';

/** Weight of each class as the recipe asks: 1, or balanced over the training rows. */
export function classWeightsOf(
  classWeights: Recipe['train']['classWeights'],
  trainingLabel: ArrayLike<number>,
  classes: number,
): number[] {
  return classWeights === 'balanced' && classes > 0
    ? balancedWeights(trainingLabel, classes)
    : new Array<number>(classes).fill(1);
}

/**
 * How much a training row of each class counted on average, its own weight and its class's: what calibration undoes.
 * 1 where a class does not occur.
 */
export function effectiveClassWeights(
  dataset: Dataset,
  classWeights: Recipe['train']['classWeights'],
  classes: number,
): number[] {
  const rows = rowsOfBlock(dataset, 'train');
  const label = Int8Array.from(rows, row => dataset.label[row]);
  const ofClass = classWeightsOf(classWeights, label, classes);
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (const [at, row] of rows.entries()) {
    sums[label[at]] += ofClass[label[at]] * (dataset.weight?.[row] ?? 1);
    counts[label[at]]++;
  }
  return Array.from(sums, (sum, k) => (sum > 0 ? sum / counts[k] : 1));
}
