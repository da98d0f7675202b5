import { countClasses } from '../class-counts.ts';

/**
 * Weight of each class by scikit-learn's 'balanced': rows / (classes that occur · rows of the class); 0 where a class
 * does not occur.
 */
export function balancedWeights(label: ArrayLike<number>, classes: number): number[] {
  const counts = countClasses(label, classes);
  const occurring = counts.filter(count => count > 0).length;
  return counts.map(count => (count === 0 ? 0 : label.length / (occurring * count)));
}
