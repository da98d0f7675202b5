import { netEstimator } from '../nets/estimator/net-estimator.ts';
import { netKind } from '../nets/estimator/net-kind.ts';
import { layers, NET_PARAMS, units } from '../nets/estimator/net-params.ts';
import {
  batchNorm,
  convolution,
  dense,
  dropout,
  flatten,
  lstm,
  maxPool,
  toSequence,
} from '../nets/layers/index.ts';
import type { NetBuilder } from '../nets/net.ts';
import type { Value } from '../nets/value.ts';

const KERNEL = 3;
const POOL = 2;
const DENSE_UNITS = [256, 64];

/**
 * Two branches over the window: convolutions with batch normalisation and pooling, flattened; and layers of LSTM, their last
 * state. Joined, they go through two dense layers. With 15 features, 60 steps and 3 classes it has 689,651 weights.
 */
export const cnnLstmNet = netKind({
  name: 'cnn-lstm',
  params: {
    /** Two poolings halve the window twice. */
    steps: NET_PARAMS.steps
      .unwrap()
      .min(POOL * POOL)
      .default(60),
    /** Of the first convolution; the second has twice as many. */
    channels: units(64),
    units: units(100),
    layers: layers(2),
  },
  hidden: (net, window, { channels, units, layers, dropout: rate }) => {
    const sequence = toSequence(net, window);
    const shapes = flatten(net, convolutions(net, sequence, [channels, 2 * channels]));
    let state = sequence;
    for (let layer = 1; layer <= layers; layer++) {
      state = lstm(net, `lstm${layer}`, state, { units, last: layer === layers });
    }
    let x = net.ops.concat(shapes, state, { axis: 1 });
    for (const [at, width] of DENSE_UNITS.entries()) {
      const name = `dense${at + 1}`;
      x = net.ops.relu(dense(net, name, x, { units: width }));
      x = dropout(net, `${name}.dropout`, x, rate);
    }
    return x;
  },
});

export const cnnLstm = netEstimator(cnnLstmNet);

function convolutions(net: NetBuilder, sequence: Value, channels: readonly number[]): Value {
  let x = sequence;
  for (const [at, count] of channels.entries()) {
    const name = `conv${at + 1}`;
    x = convolution(net, name, x, { channels: count, kernel: KERNEL, dilation: 1, causal: false });
    x = maxPool(net, net.ops.relu(batchNorm(net, `${name}.norm`, x)), POOL);
  }
  return x;
}
