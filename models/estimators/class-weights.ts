import { type BlockTable, sharedFloats } from './block-table.ts';

/** Weight of each row: its own, where the dataset weighs rows, times its class's. */
export function rowWeights(
  { label, weight }: Pick<BlockTable, 'label' | 'weight'>,
  weightOfClass: readonly number[],
): Float32Array<SharedArrayBuffer> {
  const weights = sharedFloats(label.length);
  for (let row = 0; row < label.length; row += 1)
    weights[row] = weightOfClass[label[row]] * (weight ? weight[row] : 1);
  return weights;
}
