import {
  batchNorm,
  convolution,
  dense,
  dropout,
  flatten,
  gru,
  lstm,
  maxPool,
  toSequence,
} from '../models/nets/layers/index.ts';
import type { Net } from '../models/nets/net.ts';
import type { Value } from '../models/nets/value.ts';

export const STEPS = 60;
export const FEATURES = 15;
const UNITS = 100;
const CLASSES = 3;

/** The nets that are timed; `net-reference.py` builds the same ones. */
export const BENCH_NETS: Readonly<Record<string, Net>> = {
  lstm: stacked(lstm),
  gru: stacked(gru),
  /** 689,651 weights. */
  'cnn-lstm': (net, { window }) => {
    const sequence = toSequence(net, window);
    const block = (name: string, x: Value, channels: number): Value => {
      const options = { channels, kernel: 3, dilation: 1, causal: false };
      const seen = convolution(net, `${name}.convolution`, x, options);
      return net.ops.relu(maxPool(net, batchNorm(net, `${name}.normal`, seen), 2));
    };
    const shapes = flatten(net, block('second', block('first', sequence, 64), 128));
    const states = lstm(net, 'lstm.0', sequence, { units: UNITS, last: false });
    const state = lstm(net, 'lstm.1', states, { units: UNITS, last: true });
    const hidden = (name: string, x: Value, units: number): Value =>
      dropout(net, `${name}.dropout`, net.ops.relu(dense(net, name, x, { units })), 0.3);
    const joined = net.ops.concat(shapes, state, { axis: 1 });
    return dense(net, 'head', hidden('dense.1', hidden('dense.0', joined, 256), 64), { units: CLASSES });
  },
};

function stacked(layer: typeof lstm): Net {
  return (net, { window }) => {
    const states = layer(net, 'rnn.0', toSequence(net, window), { units: UNITS, last: false });
    return dense(net, 'head', layer(net, 'rnn.1', states, { units: UNITS, last: true }), { units: CLASSES });
  };
}
