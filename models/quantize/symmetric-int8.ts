import { elementCount } from '../onnx/tensor-values.ts';
import type { Weight } from './weights.ts';

export interface SymmetricInt8 {
  /** In the weight's own order, from −127 to 127. */
  readonly values: Int8Array;
  /** One for each position along the axes that are not summed over, row-major; never 0. */
  readonly scales: Float32Array;
}

export const UINT8_ZERO = 128;

/** Under this a scale would be subnormal, and dividing by it lose its digits: such a channel is as good as 0. */
const SMALLEST_SCALE = 2 ** -126;

/** w ≈ scale · q with scale = max|w| / 127 over the summed axes. O(values). */
export function quantizeSymmetric({ tensor: { dims }, values, summedAxes }: Weight): SymmetricInt8 {
  const channel = channelOfValues(dims, summedAxes);
  const largest = new Float32Array(elementCount(dims.filter((_, axis) => !summedAxes.includes(axis))));
  for (let at = 0; at < values.length; at += 1) {
    largest[channel[at]] = Math.max(largest[channel[at]], Math.abs(values[at]));
  }
  const scales = largest.map(size => (size / 127 >= SMALLEST_SCALE ? size / 127 : 1));
  return {
    values: Int8Array.from(values, (value, at) => Math.round(value / scales[channel[at]])),
    scales,
  };
}

/** The same numbers as unsigned ones around the zero point UINT8_ZERO. */
export function asUint8(values: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(values, value => value + UINT8_ZERO);
}

/** Which scale each value of a tensor takes, row-major. */
function channelOfValues(dims: readonly number[], summedAxes: readonly number[]): Int32Array {
  const channel = new Int32Array(elementCount(dims));
  const index = dims.map(() => 0);
  for (let at = 0; at < channel.length; at += 1) {
    let position = 0;
    for (let axis = 0; axis < dims.length; axis += 1) {
      if (!summedAxes.includes(axis)) position = position * dims[axis] + index[axis];
    }
    channel[at] = position;
    for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
      index[axis] += 1;
      if (index[axis] < dims[axis]) break;
      index[axis] = 0;
    }
  }
  return channel;
}
