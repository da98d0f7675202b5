import type { RandomStream } from './random-stream.ts';

/** Draws a weight’s first values. A matrix is `[inputs, outputs]`; a convolution’s inputs are taps · channels. */
export type Initializer = (dims: readonly number[], random: RandomStream) => Float32Array;

/** Uniform within ±√(6 / (inputs + outputs)), for tanh and sigmoid (Glorot and Bengio 2010). */
export const glorotUniform: Initializer = (dims, random) =>
  uniform(dims, random, Math.sqrt(6 / (dims[0] + dims[1])));

/** Uniform within ±√(6 / inputs), for ReLU (He, Zhang, Ren and Sun 2015). */
export const heUniform: Initializer = (dims, random) => uniform(dims, random, Math.sqrt(6 / dims[0]));

/** Uniform within ±1 / √`inputs`: PyTorch’s default of Linear, Conv1d (inputs = fan-in), LSTM and GRU (inputs = units). */
export const uniformByInputs =
  (inputs: number): Initializer =>
  (dims, random) =>
    uniform(dims, random, 1 / Math.sqrt(inputs));

export const constant =
  (value: number): Initializer =>
  dims =>
    new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(value);

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe, McClelland and Ganguli 2014),
 * by modified Gram-Schmidt in float64.
 */
export const orthogonal =
  (gain = 1): Initializer =>
  ([rows, columns], random) => {
    const count = Math.min(rows, columns);
    const length = Math.max(rows, columns);
    const drawn = Float64Array.from(random.normal(0, new Float32Array(rows * columns)));
    const vectors = Array.from({ length: count }, (_, at) => drawn.subarray(at * length, (at + 1) * length));
    for (const [at, vector] of vectors.entries()) {
      for (const earlier of vectors.slice(0, at)) {
        const along = dot(vector, earlier);
        for (let i = 0; i < length; i++) vector[i] -= along * earlier[i];
      }
      const norm = Math.sqrt(dot(vector, vector));
      for (let i = 0; i < length; i++) vector[i] /= norm;
    }
    const matrix = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = rows <= columns ? vectors[row][column] : vectors[column][row];
        matrix[row * columns + column] = gain * value;
      }
    }
    return matrix;
  };

function uniform(dims: readonly number[], random: RandomStream, limit: number): Float32Array {
  const values = random.uniform(0, new Float32Array(dims.reduce((product, dim) => product * dim, 1)));
  for (let i = 0; i < values.length; i++) values[i] = (2 * values[i] - 1) * limit;
  return values;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
