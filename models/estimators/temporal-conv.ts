import { z } from 'zod';
import { netEstimator } from '../nets/estimator/net-estimator.ts';
import { netKind } from '../nets/estimator/net-kind.ts';
import { layers, units } from '../nets/estimator/net-params.ts';
import { convolution, dense, dropout, layerNorm, toSequence } from '../nets/layers/index.ts';
import type { NetBuilder } from '../nets/net.ts';
import type { Value } from '../nets/value.ts';

/**
 * A temporal convolutional net (Bai, Kolter and Koltun 2018, with layer in place of weight normalisation): blocks of two
 * causal convolutions beside a shortcut, the distance between taps doubling from block to block. The last step of the last
 * block sees 1 + 2 · (kernel − 1) · (2^blocks − 1) bars.
 */
export const temporalConvNet = netKind({
  name: 'temporal-conv',
  params: {
    channels: units(32),
    blocks: layers(4),
    kernel: z.int().min(2).max(15).default(3),
  },
  hidden: (net, window, { channels, blocks, kernel, dropout: rate }) => {
    let x = toSequence(net, window);
    for (let block = 0; block < blocks; block++) {
      x = residualBlock(net, `block${block + 1}`, x, { channels, kernel, dilation: 2 ** block, rate });
    }
    return lastStep(net, x);
  },
});

export const temporalConv = netEstimator(temporalConvNet);

interface Block {
  readonly channels: number;
  readonly kernel: number;
  readonly dilation: number;
  readonly rate: number;
}

function residualBlock(net: NetBuilder, name: string, x: Value, { rate, ...shape }: Block): Value {
  let y = x;
  for (const part of ['a', 'b']) {
    y = convolution(net, `${name}.${part}`, y, { ...shape, causal: true });
    y = net.ops.relu(layerNorm(net, `${name}.${part}.norm`, y));
    y = dropout(net, `${name}.${part}.dropout`, y, rate);
  }
  const isSameWidth = x.dims[2] === shape.channels;
  const shortcut = isSameWidth ? x : dense(net, `${name}.shortcut`, x, { units: shape.channels });
  return net.ops.relu(net.ops.add(y, shortcut));
}

/** `[steps, batch, channels]` → `[batch, channels]` */
function lastStep(net: NetBuilder, sequence: Value): Value {
  const [steps, batch, channels] = sequence.dims;
  const last = net.ops.slice(sequence, { axis: 0, from: steps - 1, to: steps });
  return net.ops.reshape(last, { dims: [batch, channels] });
}
