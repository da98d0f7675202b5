import { uniformByInputs } from '../initializers.ts';
import type { NetBuilder } from '../net.ts';
import * as node from '../primitives.ts';
import type { Value } from '../value.ts';

interface Convolution {
  readonly channels: number;
  /** Taps. */
  readonly kernel: number;
  /** Steps between taps. */
  readonly dilation: number;
  /** Sees no later step: the last tap is the step itself. Else the kernel is centred. */
  readonly causal: boolean;
}

/**
 * Convolution over time with as many steps out as in, zeros beyond the ends: `[steps, batch, inputs]` → `[steps, batch,
 * channels]`. Its weight is `[kernel · inputs, channels]`, tap by tap from the earliest.
 */
export function convolution(
  net: NetBuilder,
  name: string,
  sequence: Value,
  { channels, kernel, dilation, causal }: Convolution,
): Value {
  const inputs = kernel * sequence.dims[2];
  const earliest = (causal ? kernel - 1 : Math.floor((kernel - 1) / 2)) * dilation;
  const lags = Array.from({ length: kernel }, (_, tap) => earliest - tap * dilation);
  const weight = net.parameter(`${name}.weight`, [inputs, channels], uniformByInputs(inputs));
  const bias = net.parameter(`${name}.bias`, [channels], uniformByInputs(inputs));
  if (net.purpose === 'export') return onnxConvolution(net, sequence, weight, bias, lags);
  return net.ops.linear(net.ops.unfold(sequence, { lags }), weight, bias);
}

/** The largest of every `size` steps: `[steps, batch, channels]` → `[⌊steps / size⌋, batch, channels]`. */
export function maxPool(net: NetBuilder, sequence: Value, size: number): Value {
  return net.ops.maxPool(sequence, { size });
}

/** ONNX’s own operator, which takes `[batch, channels, steps]` and weights `[channels, inputs, taps]`. */
function onnxConvolution(
  net: NetBuilder,
  sequence: Value,
  weight: Value,
  bias: Value,
  lags: readonly number[],
): Value {
  const { graph } = net;
  const [steps, batch, inputs] = sequence.dims;
  const channels = bias.dims[0];
  const taps = lags.length;
  const numbers = net.numbersOf(weight);
  const turned = Float32Array.from(numbers, (_, at) => {
    const tap = at % taps;
    const input = Math.floor(at / taps) % inputs;
    const channel = Math.floor(at / (taps * inputs));
    return numbers[(tap * inputs + input) * channels + channel];
  });
  const kernel = graph.weight(`${weight.name}/kernel`, [channels, inputs, taps], turned);
  const rows = node.transpose(graph, sequence, [1, 2, 0]);
  const y = graph.node('Conv', [rows, kernel, bias], [batch, channels, steps], {
    kernel_shape: [taps],
    dilations: [taps > 1 ? lags[0] - lags[1] : 1],
    pads: [lags[0], -lags[taps - 1]],
  });
  return node.transpose(graph, y, [2, 0, 1]);
}
