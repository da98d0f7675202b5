import type { WindowTable } from '../../features/window.ts';
import { type Scaling, scaleRows } from './scaling.ts';

/** Rows to learn from or to judge by. */
export interface LinearRows {
  readonly windows: WindowTable;
  /** Class or number per row. */
  readonly target: Float32Array;
  readonly weight: Float32Array;
}

/**
 * What is minimised: the weighted mean loss of the rows plus `l2` / 2 times the coefficients' squares, intercepts not counted.
 * The loss of a class is −log of its probability, of a number half the squared error.
 */
export interface LinearProblem {
  readonly rows: LinearRows;
  readonly scaling: Scaling;
  /** 0: a number is learnt. */
  readonly classes: number;
  readonly l2: number;
}

/** Scores whose coefficients are free: of two classes only the second's (the first's are 0), else one per class, or the one. */
export function freeScores(classes: number): number {
  return classes === 2 ? 1 : Math.max(1, classes);
}

/** At a point: `[free score][features, then the intercept]`, flat. */
export interface Slopes {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** Row-major, symmetric. */
  readonly hessian: Float64Array;
}

/** Rows that are scaled at once: a tile's columns stay in the processor's cache. */
const TILE_ROWS = 512;

/** The objective alone. O(rows · features · scores). */
export function lossAt(problem: LinearProblem, beta: Float64Array): number {
  let loss = 0;
  eachTile(problem, beta, tile => {
    loss += tile.loss;
  });
  return loss / totalWeight(problem.rows) + penaltyAt(problem, beta);
}

/** O(rows · features² · pairs of scores). */
export function slopesAt(problem: LinearProblem, beta: Float64Array): Slopes {
  const { classes, l2, rows } = problem;
  const width = rows.windows.features + 1;
  const free = freeScores(classes);
  const gradient = new Float64Array(free * width);
  const pairs = pairsOf(classes).map(pair => ({ ...pair, moments: new Float64Array(width * width) }));
  const scratch = new Float64Array(TILE_ROWS);
  let loss = 0;
  eachTile(problem, beta, tile => {
    loss += tile.loss;
    for (let score = 0; score < free; score += 1)
      for (let column = 0; column < width; column += 1)
        gradient[score * width + column] += dot(
          tile.residual,
          score * TILE_ROWS,
          tile.columns,
          column * TILE_ROWS,
          tile.size,
        );
    for (const { first, second, moments } of pairs) {
      for (let row = 0; row < tile.size; row += 1)
        scratch[row] = tile.weight[row] * tile.curvature(first, second, row);
      addMoments(moments, scratch, tile, width);
    }
  });
  const total = totalWeight(rows);
  for (let at = 0; at < gradient.length; at += 1) {
    gradient[at] /= total;
    if (at % width !== width - 1) gradient[at] += l2 * beta[at];
  }
  const hessian = hessianOf(pairs, free, width, total, l2);
  return { loss: loss / total + penaltyAt(problem, beta), gradient, hessian };
}

interface Pair {
  readonly first: number;
  readonly second: number;
}

/**
 * The second derivatives by the scores of classes j ≠ k are −p_j p_k, and of one class what is left of a sum of 0: so pairs of
 * different classes are all that must be summed. A number has one, of weight 1.
 */
function pairsOf(classes: number): Pair[] {
  if (classes === 0) return [{ first: 0, second: 0 }];
  const all = Array.from({ length: classes }, (_, first) => first);
  return all.flatMap(first => all.slice(first + 1).map(second => ({ first, second })));
}

interface Tile {
  readonly size: number;
  /** Scaled values, column by column, the last all 1. */
  readonly columns: Float64Array;
  readonly weight: Float64Array;
  /** Weight · (answer − truth) per free score. */
  readonly residual: Float64Array;
  readonly loss: number;
  /** Of the pair's second derivative, without sign and weight. */
  curvature(first: number, second: number, row: number): number;
}

function eachTile(
  { rows, scaling, classes }: LinearProblem,
  beta: Float64Array,
  use: (tile: Tile) => void,
): void {
  const { windows, target, weight: weights } = rows;
  const width = windows.features + 1;
  const free = freeScores(classes);
  const columns = new Float64Array(width * TILE_ROWS).fill(1);
  const scores = new Float64Array(Math.max(1, classes) * TILE_ROWS);
  const residual = new Float64Array(free * TILE_ROWS);
  const weight = new Float64Array(TILE_ROWS);
  const firstFree = classes === 2 ? 1 : 0;
  for (let from = 0; from < target.length; from += TILE_ROWS) {
    const to = Math.min(from + TILE_ROWS, target.length);
    const size = to - from;
    scaleRows(windows, scaling, from, to, columns, TILE_ROWS);
    for (let row = 0; row < size; row += 1) weight[row] = weights[from + row];
    scores.fill(0);
    for (let score = 0; score < free; score += 1)
      for (let column = 0; column < width; column += 1)
        addScaled(
          scores,
          (firstFree + score) * TILE_ROWS,
          beta[score * width + column],
          columns,
          column * TILE_ROWS,
          size,
        );
    const truth = target.subarray(from, to);
    const loss =
      classes === 0 ? squaredError(scores, truth, weight) : logLoss(scores, truth, weight, classes);
    for (let score = 0; score < free; score += 1) {
      const own = firstFree + score;
      for (let row = 0; row < size; row += 1) {
        const expected = classes === 0 ? truth[row] : Number(truth[row] === own);
        residual[score * TILE_ROWS + row] = weight[row] * (scores[own * TILE_ROWS + row] - expected);
      }
    }
    use({
      ...{ size, columns, weight, residual, loss },
      curvature: (first, second, row) =>
        classes === 0 ? 1 : scores[first * TILE_ROWS + row] * scores[second * TILE_ROWS + row],
    });
  }
}

/** Turns scores into probabilities. */
function logLoss(scores: Float64Array, truth: Float32Array, weight: Float64Array, classes: number): number {
  let loss = 0;
  for (let row = 0; row < truth.length; row += 1) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k += 1) largest = Math.max(largest, scores[k * TILE_ROWS + row]);
    const own = scores[truth[row] * TILE_ROWS + row];
    let sum = 0;
    for (let k = 0; k < classes; k += 1) sum += Math.exp(scores[k * TILE_ROWS + row] - largest);
    for (let k = 0; k < classes; k += 1)
      scores[k * TILE_ROWS + row] = Math.exp(scores[k * TILE_ROWS + row] - largest) / sum;
    loss += weight[row] * (Math.log(sum) + largest - own);
  }
  return loss;
}

function squaredError(scores: Float64Array, truth: Float32Array, weight: Float64Array): number {
  let loss = 0;
  for (let row = 0; row < truth.length; row += 1) loss += (weight[row] * (scores[row] - truth[row]) ** 2) / 2;
  return loss;
}

/** Adds Σ weight · column_a · column_b to the upper half. */
function addMoments(
  moments: Float64Array,
  weight: Float64Array,
  { size, columns }: Tile,
  width: number,
): void {
  const weighed = new Float64Array(TILE_ROWS);
  for (let a = 0; a < width; a += 1) {
    const start = a * TILE_ROWS;
    for (let row = 0; row < size; row += 1) weighed[row] = weight[row] * columns[start + row];
    for (let b = a; b < width; b += 1)
      moments[a * width + b] += dot(weighed, 0, columns, b * TILE_ROWS, size);
  }
}

function hessianOf(
  pairs: readonly (Pair & { readonly moments: Float64Array })[],
  free: number,
  width: number,
  total: number,
  l2: number,
): Float64Array {
  const size = free * width;
  const hessian = new Float64Array(size * size);
  const add = (i: number, j: number, sign: number, moments: Float64Array): void => {
    for (let a = 0; a < width; a += 1)
      for (let b = 0; b < width; b += 1) {
        const value = a <= b ? moments[a * width + b] : moments[b * width + a];
        hessian[(i * width + a) * size + j * width + b] += (sign * value) / total;
      }
  };
  for (const { first, second, moments } of pairs) {
    if (free === 1) {
      add(0, 0, 1, moments);
    } else {
      add(first, first, 1, moments);
      add(second, second, 1, moments);
      add(first, second, -1, moments);
      add(second, first, -1, moments);
    }
  }
  for (let at = 0; at < size; at += 1) if (at % width !== width - 1) hessian[at * size + at] += l2;
  // The same added to all intercepts changes nothing: their sum is held at 0.
  if (free > 1)
    for (let i = 0; i < free; i += 1)
      for (let j = 0; j < free; j += 1)
        hessian[(i * width + width - 1) * size + j * width + width - 1] += 1 / free;
  return hessian;
}

function penaltyAt({ l2, rows }: LinearProblem, beta: Float64Array): number {
  const width = rows.windows.features + 1;
  let squares = 0;
  for (let at = 0; at < beta.length; at += 1) if (at % width !== width - 1) squares += beta[at] ** 2;
  return (l2 / 2) * squares;
}

function totalWeight({ weight }: LinearRows): number {
  return weight.reduce((sum, value) => sum + value, 0);
}

function dot(a: Float64Array, aFrom: number, b: Float64Array, bFrom: number, size: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let at = 0;
  // Four sums at once: one would wait for each addition.
  for (; at + 3 < size; at += 4) {
    s0 += a[aFrom + at] * b[bFrom + at];
    s1 += a[aFrom + at + 1] * b[bFrom + at + 1];
    s2 += a[aFrom + at + 2] * b[bFrom + at + 2];
    s3 += a[aFrom + at + 3] * b[bFrom + at + 3];
  }
  for (; at < size; at += 1) s0 += a[aFrom + at] * b[bFrom + at];
  return s0 + s1 + (s2 + s3);
}

function addScaled(
  to: Float64Array,
  toFrom: number,
  factor: number,
  of: Float64Array,
  ofFrom: number,
  size: number,
): void {
  for (let row = 0; row < size; row += 1) to[toFrom + row] += factor * of[ofFrom + row];
}
