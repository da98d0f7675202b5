import { RandomStream } from '../random-stream.ts';

/** The rows of an epoch (1, 2, …) in the order in which they are trained; the same whenever it is asked. */
export type RowOrder = (epoch: number) => Int32Array;

/** Every row once, in random order. */
export function shuffled(rows: number, seed: number): RowOrder {
  const random = new RandomStream(seed, 'rows');
  return epoch => random.permutation(epoch, rows);
}

/**
 * As many rows as there are, drawn with replacement: a class by how often it occurs × its weight, then one of its rows.
 * So the classes appear as their weights would make them count.
 */
export function sampledByClass(label: Int32Array, weightOfClass: readonly number[], seed: number): RowOrder {
  const random = new RandomStream(seed, 'sampled-rows');
  const members = weightOfClass.map((_, k) => rowsOfClass(label, k));
  const shares = members.map((rows, k) => rows.length * weightOfClass[k]);
  const bounds = shares.map((_, k) => shares.slice(0, k + 1).reduce((sum, share) => sum + share, 0));
  const draws = new Float32Array(2 * label.length);
  return epoch => {
    random.uniform(epoch, draws);
    return Int32Array.from(label, (_, at) => {
      const aim = draws[2 * at] * bounds[bounds.length - 1];
      const rows = members[bounds.findIndex(bound => aim < bound)];
      return rows[Math.floor(draws[2 * at + 1] * rows.length)];
    });
  };
}

function rowsOfClass(label: Int32Array, k: number): Int32Array {
  return Int32Array.from(label.keys()).filter(row => label[row] === k);
}
