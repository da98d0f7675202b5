import { BLOCKS, type BlockName, type Dataset } from '../../contracts/dataset.ts';

/** One block of a dataset, copied into memory that threads share. */
export interface BlockTable {
  /** Row-major `[rows, features]`. */
  readonly x: Float32Array<SharedArrayBuffer>;
  /** Class per row. */
  readonly label: Float32Array<SharedArrayBuffer>;
}

export function blockTable(dataset: Dataset, name: BlockName): BlockTable {
  const block = BLOCKS.indexOf(name);
  const features = dataset.featureNames.length;
  const rows = dataset.block.reduce((count, at) => count + Number(at === block), 0);
  const x = sharedFloats(rows * features);
  const label = sharedFloats(rows);
  let filled = 0;
  for (let row = 0; row < dataset.block.length; row += 1) {
    if (dataset.block[row] !== block) continue;
    x.set(dataset.x.subarray(row * features, (row + 1) * features), filled * features);
    label[filled] = dataset.label[row];
    filled += 1;
  }
  return { x, label };
}

export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
