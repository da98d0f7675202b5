import { type PackedArray, unpackFloat32, unpackFloat64 } from '../../support/golden.ts';

/**
 * PyTorch's parameters as this project lays them out: matrices `[inputs, outputs]`, convolutions `[taps · inputs, channels]`,
 * `rnn.weight_ih_l0` as `rnn.0.weight_ih`, and a dense layer over flattened convolutions by step, not by channel.
 * @param flattened of the dense layers over `channels × steps` flattened values, those two numbers
 */
export function fromTorch(
  parameters: Readonly<Record<string, PackedArray>>,
  flattened: Readonly<Record<string, readonly [channels: number, steps: number]>> = {},
): Record<string, Float32Array> {
  const entries = Object.entries(parameters).map(([name, packed]) => {
    const ours = name.replace(/\.(weight|bias)_(ih|hh)_l(\d)$/, '.$3.$1_$2');
    const values = packed.dtype === 'float64' ? unpackFloat64(packed) : unpackFloat32(packed);
    return [ours, relaid(values, packed.shape, flattened[name])];
  });
  return Object.fromEntries(entries);
}

function relaid(
  values: ArrayLike<number>,
  shape: readonly number[],
  flattened: readonly [number, number] | undefined,
): Float32Array {
  const result = new Float32Array(values.length);
  if (shape.length < 2) return Float32Array.from(values);
  const [outputs, inputs, taps = 1] = shape;
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        const row = tap * inputs + byStep(input, flattened);
        result[row * outputs + output] = values[(output * inputs + input) * taps + tap];
      }
    }
  }
  return result;
}

function byStep(input: number, flattened: readonly [number, number] | undefined): number {
  if (!flattened) return input;
  const [channels, steps] = flattened;
  if (input >= channels * steps) return input;
  return (input % steps) * channels + Math.floor(input / steps);
}
