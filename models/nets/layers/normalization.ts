import { constant } from '../initializers.ts';
import type { NetBuilder } from '../net.ts';
import { batchStatistics, EPSILON, inverseRoot } from '../operators/normalization.ts';
import * as node from '../primitives.ts';
import { sizeOf, type Value } from '../value.ts';

/** The share of a running statistic that each step’s own replaces. */
const MOMENTUM = 0.1;

/**
 * Batch normalisation of each channel of `[…, channels]`: by the batch’s own statistics in training, by their running
 * means otherwise (variance with n − 1 there, as PyTorch keeps it).
 */
export function batchNorm(net: NetBuilder, name: string, x: Value): Value {
  const { graph } = net;
  const channels = [x.dims.at(-1)!];
  const gain = net.parameter(`${name}.weight`, channels, constant(1));
  const bias = net.parameter(`${name}.bias`, channels, constant(0));
  const mean = net.running(`${name}.running_mean`, channels, 0);
  const variance = net.running(`${name}.running_var`, channels, 1);
  if (net.purpose === 'export') return folded(net, name, x, { gain, bias, mean, variance });
  if (net.purpose === 'evaluation') {
    const slope = node.multiply(graph, gain, inverseRoot(graph, variance));
    const shift = node.subtract(graph, bias, node.multiply(graph, mean, slope));
    return node.add(graph, node.multiply(graph, x, slope), shift);
  }
  const statistics = batchStatistics(graph, x);
  const rows = sizeOf(x.dims.slice(0, -1));
  const moved = (old: Value, now: Value, factor: number): Value =>
    node.add(graph, node.scale(graph, old, 1 - MOMENTUM), node.scale(graph, now, MOMENTUM * factor));
  net.update(`${name}.running_mean`, moved(mean, statistics.mean, 1));
  net.update(`${name}.running_var`, moved(variance, statistics.variance, rows / Math.max(1, rows - 1)));
  return net.ops.batchNorm(x, gain, bias, { statistics });
}

/** With everything known, what is left is a factor and a shift per channel. */
function folded(
  net: NetBuilder,
  name: string,
  x: Value,
  { gain, bias, mean, variance }: Record<'gain' | 'bias' | 'mean' | 'variance', Value>,
): Value {
  const { graph } = net;
  const [gains, biases, means, variances] = [gain, bias, mean, variance].map(each => net.numbersOf(each));
  const factors = gains.map((value, at) => value / Math.sqrt(variances[at] + EPSILON));
  const shifts = biases.map((value, at) => value - means[at] * factors[at]);
  const scaled = node.multiply(graph, x, graph.weight(`${name}/factor`, gain.dims, factors));
  return node.add(graph, scaled, graph.weight(`${name}/shift`, gain.dims, shifts));
}

/** Layer normalisation of every row of `[…, channels]`. */
export function layerNorm(net: NetBuilder, name: string, x: Value): Value {
  const channels = [x.dims.at(-1)!];
  const gain = net.parameter(`${name}.weight`, channels, constant(1));
  const bias = net.parameter(`${name}.bias`, channels, constant(0));
  if (net.purpose === 'export') {
    // One operator: of its parts, sums might be taken over a transposed tensor, in an order that the batch decides.
    return net.graph.node('LayerNormalization', [x, gain, bias], x.dims, { epsilon: { float: EPSILON } });
  }
  return net.ops.layerNorm(x, gain, bias);
}

/** Sets a share of the values to 0 in training, and lifts the others to keep the mean (Srivastava et al. 2014). */
export function dropout(net: NetBuilder, name: string, x: Value, rate: number): Value {
  if (net.purpose !== 'training' || rate === 0) return x;
  return net.ops.multiply(x, net.mask(name, x.dims, rate));
}
