import type { Graph } from './graph.ts';
import * as node from './primitives.ts';
import type { Value } from './value.ts';

/** How weights follow their gradients, as nodes of the training graph. */
export interface Optimizer {
  /** What is kept beside each weight, in its shape; 0 before the first step. */
  readonly moments: readonly string[];
  /** Numbers that are fed anew for each step. */
  readonly factors: readonly string[];
  /** Those numbers for step 1, 2, …, in the order of `factors`. */
  factorsAt(step: number, learningRate: number): number[];
  /** The next weight and moments, moments in their order. */
  update(graph: Graph, now: UpdateInput): { readonly weight: Value; readonly moments: readonly Value[] };
}

export interface UpdateInput {
  readonly weight: Value;
  readonly gradient: Value;
  readonly moments: readonly Value[];
  readonly factors: readonly Value[];
}

/** Stochastic gradient descent with momentum (Polyak 1964, in PyTorch’s form), with `weightDecay` as an L2 penalty. */
export function sgd({ momentum, weightDecay }: { momentum: number; weightDecay: number }): Optimizer {
  return {
    moments: ['momentum'],
    factors: ['rate'],
    factorsAt: (_step, learningRate) => [learningRate],
    update: (graph, { weight, gradient, moments: [velocity], factors: [rate] }) => {
      const slope = penalised(graph, weight, gradient, weightDecay);
      const next = node.add(graph, node.scale(graph, velocity, momentum), slope);
      return {
        weight: node.subtract(graph, weight, node.multiply(graph, next, rate)),
        moments: [next],
      };
    },
  };
}

interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

export const ADAM_DEFAULTS: AdamSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** Adam (Kingma and Ba 2015), with `weightDecay` as an L2 penalty. */
export function adam(settings: AdamSettings): Optimizer {
  return adamWith(settings, 'penalty');
}

/** Adam whose weights decay by learning rate × `weightDecay`, apart from the gradient (Loshchilov and Hutter 2019). */
export function adamW(settings: AdamSettings): Optimizer {
  return adamWith(settings, 'decay');
}

/**
 * The moments are kept as mean / (1 − β₁) and square / (1 − β₂), plain decaying sums of g and g², and all constant factors
 * are drawn into the three numbers fed per step: fewer passes over the weights.
 */
function adamWith(
  { beta1, beta2, epsilon, weightDecay }: AdamSettings,
  kind: 'penalty' | 'decay',
): Optimizer {
  return {
    moments: ['mean', 'square'],
    factors: ['rate', 'epsilon', 'keep'],
    factorsAt: (step, learningRate) => {
      const root = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      const rate = (learningRate * (1 - beta1)) / (1 - beta1 ** step) / root;
      return [rate, epsilon / root, 1 - learningRate * weightDecay];
    },
    update: (graph, { weight, gradient, moments: [mean, square], factors: [rate, floor, keep] }) => {
      const slope = kind === 'penalty' ? penalised(graph, weight, gradient, weightDecay) : gradient;
      const nextMean = node.add(graph, node.scale(graph, mean, beta1), slope);
      const squared = node.multiply(graph, slope, slope);
      const nextSquare = node.add(graph, node.scale(graph, square, beta2), squared);
      const size = node.add(graph, node.unary(graph, 'Sqrt', nextSquare), floor);
      const move = node.multiply(graph, node.divide(graph, nextMean, size), rate);
      const kept = kind === 'decay' && weightDecay > 0 ? node.multiply(graph, weight, keep) : weight;
      return { weight: node.subtract(graph, kept, move), moments: [nextMean, nextSquare] };
    },
  };
}

function penalised(graph: Graph, weight: Value, gradient: Value, weightDecay: number): Value {
  return weightDecay === 0 ? gradient : node.add(graph, gradient, node.scale(graph, weight, weightDecay));
}

/** The Euclidean norm of all gradients together. */
export function gradientNorm(graph: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map(gradient => graph.node('ReduceSumSquare', [gradient], [], { keepdims: 0 }));
  return node.unary(graph, 'Sqrt', graph.node('Sum', squares, []));
}

/** Gradients scaled down, all alike, so that their norm is at most `limit` (Pascanu, Mikolov and Bengio 2013). */
export function clipByNorm(graph: Graph, gradients: readonly Value[], norm: Value, limit: number): Value[] {
  // The 1e-6 is PyTorch’s.
  const ratio = node.divide(graph, graph.scalar(limit), node.add(graph, norm, graph.scalar(1e-6)));
  const factor = node.elementwise(graph, 'Min', ratio, graph.scalar(1));
  return gradients.map(gradient => node.multiply(graph, gradient, factor));
}
