import {
  attentionPool,
  batchNorm,
  convolution,
  dense,
  flatten,
  type gru,
  layerNorm,
  lstm,
  maxPool,
  toSequence,
} from '../../../models/nets/layers/index.ts';
import type { Net, NetBuilder } from '../../../models/nets/net.ts';
import type { Value } from '../../../models/nets/value.ts';

/** Nets of the reference results, by the sizes that those were made with. */

export const stacked =
  (layer: typeof lstm | typeof gru, units: number): Net =>
  (net, { window }) => {
    const first = layer(net, 'rnn.0', toSequence(net, window), { units, last: false });
    return dense(net, 'head', layer(net, 'rnn.1', first, { units, last: true }), { units: 3 });
  };

export const single =
  (layer: typeof lstm | typeof gru, units: number): Net =>
  (net, { window }) =>
    dense(net, 'head', layer(net, 'rnn.0', toSequence(net, window), { units, last: true }), { units: 3 });

/** Every state counts, and the score is one number. */
export const meanState =
  (units: number): Net =>
  (net, { window }) => {
    const states = lstm(net, 'rnn.0', toSequence(net, window), { units, last: false });
    return dense(net, 'head', net.ops.mean(states, { axes: [0], keep: false }), { units: 1 });
  };

export const cnnLstm: Net = (net, { window }) => {
  const first = net.ops.relu(same(net, 'conv1', toSequence(net, window), 8));
  const second = net.ops.relu(same(net, 'conv2', first, 8));
  const states = lstm(net, 'lstm.0', second, { units: 12, last: false });
  return dense(net, 'head', lstm(net, 'lstm.1', states, { units: 12, last: true }), { units: 3 });
};

interface TwoBranches {
  readonly channels: readonly [number, number];
  readonly units: number;
  readonly dense: readonly [number, number];
}

export const twoBranches =
  ({ channels, units, dense: [wide, narrow] }: TwoBranches): Net =>
  (net, { window }) => {
    const sequence = toSequence(net, window);
    const block = (at: 1 | 2, x: Value): Value => {
      const normal = batchNorm(net, `bn${at}`, same(net, `conv${at}`, x, channels[at - 1]));
      // The larger of two, then ReLU: the same as the other way round, on half the values.
      return net.ops.relu(maxPool(net, normal, 2));
    };
    const states = lstm(net, 'lstm.0', sequence, { units, last: false });
    const state = lstm(net, 'lstm.1', states, { units, last: true });
    const joined = net.ops.concat(flatten(net, block(2, block(1, sequence))), state, { axis: 1 });
    const hidden = net.ops.relu(dense(net, 'dense1', joined, { units: wide }));
    return dense(net, 'head', net.ops.relu(dense(net, 'dense2', hidden, { units: narrow })), { units: 3 });
  };

export const temporal: Net = (net, { window }) => {
  let sequence = toSequence(net, window);
  for (const level of [0, 1]) {
    const options = { channels: 6, kernel: 3, dilation: 2 ** level, causal: true };
    const seen = net.ops.gelu(convolution(net, `c${level}`, sequence, options));
    sequence = layerNorm(net, `n${level}`, seen);
  }
  return dense(net, 'head', attentionPool(net, 'pool', sequence, 4), { units: 3 });
};

function same(net: NetBuilder, name: string, sequence: Value, channels: number): Value {
  return convolution(net, name, sequence, { channels, kernel: 3, dilation: 1, causal: false });
}
