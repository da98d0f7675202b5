import type { Dataset } from '../contracts/dataset.ts';

/** Rows of normal features, a hundredth of them missing, whose class follows a few of them with much noise. */
export function treesDataset(train: number, validation: number, features: number): Dataset {
  const rows = train + validation;
  const random = uniform(12_345);
  const columns = Array.from({ length: features }, () =>
    Float32Array.from({ length: rows }, () => (random() < 0.01 ? Number.NaN : normal(random))),
  );
  const label = Int8Array.from({ length: rows }, (_, row) => {
    const [a, b, c, d] = [0, 1, 2, 3].map(column => columns[column][row] || 0);
    const score = 0.5 * a + 0.3 * b * c - 0.4 * Math.abs(d) + normal(random);
    return score < -0.8 ? 0 : score < 0.4 ? 1 : 2;
  });
  return {
    featureNames: Array.from({ length: features }, (_, at) => `feature_${at}`),
    schemaHash: 'bench',
    columns,
    label,
    bar: Int32Array.from({ length: rows }, (_, row) => row),
    openTime: Float64Array.from({ length: rows }, (_, row) => row * 60_000),
    labelEnd: Int32Array.from({ length: rows }, (_, row) => row + 1),
    block: Int8Array.from({ length: rows }, (_, row) => Number(row >= train)),
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** In [0, 1); a generator by George Marsaglia (xorshift, 2003). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
