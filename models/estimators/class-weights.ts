import { countClasses } from '../../datasets/class-counts.ts';
import { sharedFloats } from './block-table.ts';

/**
 * Weight of each class by scikit-learn's 'balanced': rows / (classes that occur · rows of the class); 0 where a class
 * does not occur.
 */
export function balancedWeights(label: ArrayLike<number>, classes: number): number[] {
  const counts = countClasses(label, classes);
  const occurring = counts.filter(count => count > 0).length;
  return counts.map(count => (count === 0 ? 0 : label.length / (occurring * count)));
}

/** Weight of each row, by its class. */
export function rowWeights(
  label: ArrayLike<number>,
  weightOfClass: readonly number[],
): Float32Array<SharedArrayBuffer> {
  const weights = sharedFloats(label.length);
  for (let row = 0; row < label.length; row += 1) weights[row] = weightOfClass[label[row]];
  return weights;
}
