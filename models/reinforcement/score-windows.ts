import type { WindowTable } from '../../features/window.ts';
import { CLASS_ACTION } from './actions.ts';
import type { Policy } from './policy.ts';

/**
 * Scores of a flat account's actions in the order of the classes, `[windows, 3]`, by plain loops in float64: what the exported
 * graph is compared with. O(windows · steps · features · hidden).
 */
export function scoreWindows(policy: Policy, windows: WindowTable): Float64Array {
  const { values, ends, steps, features } = windows;
  const { hidden } = policy.net;
  const width = steps * features;
  const x = new Float64Array(width);
  const first = new Float64Array(hidden);
  const second = new Float64Array(hidden);
  const scores = new Float64Array(CLASS_ACTION.length);
  const out = new Float64Array(ends.length * CLASS_ACTION.length);
  for (const [row, end] of ends.entries()) {
    const from = (end + 1) * features - width;
    preprocess(values.subarray(from, from + width), policy, x);
    layer(policy, 'actor.0', x, first).forEach(tanhInPlace);
    layer(policy, 'actor.1', first, second).forEach(tanhInPlace);
    layer(policy, 'actor.2', second, scores);
    for (const [column, action] of CLASS_ACTION.entries())
      out[row * CLASS_ACTION.length + column] = scores[action];
  }
  return out;
}

/** With the means and factors that the graph has: those in float32. */
function preprocess(raw: Float32Array, { net }: Policy, out: Float64Array): void {
  const { mean, deviation, clip } = net.preprocessing;
  for (let at = 0; at < raw.length; at++) {
    const feature = at % mean.length;
    const center = Math.fround(mean[feature]);
    const known = Number.isNaN(raw[at]) ? center : raw[at];
    const standard = (known - center) * Math.fround(1 / deviation[feature]);
    out[at] = Math.min(clip, Math.max(-clip, standard));
  }
}

/** `x` · weight + bias. Weights beyond the length of `x` are those of a flat portfolio, which is 0. */
function layer({ weights }: Policy, name: string, x: Float64Array, out: Float64Array): Float64Array {
  const weight = weights[`${name}.weight`];
  out.set(weights[`${name}.bias`]);
  for (let input = 0; input < x.length; input++)
    for (let unit = 0; unit < out.length; unit++) out[unit] += x[input] * weight[input * out.length + unit];
  return out;
}

function tanhInPlace(value: number, at: number, values: Float64Array): void {
  values[at] = Math.tanh(value);
}
