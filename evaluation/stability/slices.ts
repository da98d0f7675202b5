import type { Trade } from '../../contracts/backtest.ts';
import type { Candles } from '../../contracts/candles.ts';
import type { GateSpec, LabelSpec } from '../../contracts/recipe.ts';
import { REGIMES, type Slice, type SliceKind, type Stability } from '../../contracts/stability.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import { bootstrapIntervals } from '../../statistics/bootstrap.ts';
import { classificationMetrics } from '../../statistics/classification.ts';
import { quantileOfSorted } from '../../statistics/quantile.ts';
import { mccStatistic } from '../../statistics/resampled-classification.ts';
import { bootstrapSpec } from '../score.ts';

/** Decisions that were scored, and what tells their rows apart. */
export interface SlicedInput {
  readonly task: Task;
  /** Row-major `[rows, decided classes]`. */
  readonly probabilities: Float32Array;
  /** Decided class per row. */
  readonly predicted: Int8Array;
  /** Decided class that was right, per row. */
  readonly label: Int8Array;
  /** Bar of each row, ascending. */
  readonly bar: Int32Array;
  /** Bars of the training rows: their volatilities say what is calm. */
  readonly trainBar: Int32Array;
  /** Trades of the backtest; each belongs to the bar at whose close it was decided. */
  readonly trades: readonly Pick<Trade, 'signalBar' | 'netReturn'>[];
  readonly candles: Candles;
  /** Volatility per bar, in price; NaN before its period is full. */
  readonly atr: Float64Array;
  readonly recipe: { readonly labels: LabelSpec; readonly gate: GateSpec };
}

/**
 * The metrics of each month and of each volatility regime. Regimes are terciles of volatility over close on the training
 * rows, so a block may lie in one of them alone.
 */
export function measureStability(input: SlicedInput): Stability {
  const bounds = terciles(input);
  const months = slicesBy(input, 'month', bar => monthOf(input.candles.openTime[bar]));
  const regimes = bounds ? slicesBy(input, 'regime', bar => regimeOf(relative(input, bar), bounds)) : [];
  const inOrder = REGIMES.flatMap(name => regimes.find(slice => slice.name === name) ?? []);
  return {
    months,
    regimes: inOrder,
    regimeBounds: bounds,
    worst: worstOf([months, inOrder].flatMap(slices => (slices.length > 1 ? slices : []))),
  };
}

function terciles(input: SlicedInput): [number, number] | null {
  const known = Float64Array.from(input.trainBar, bar => relative(input, bar))
    .filter(Number.isFinite)
    .sort();
  if (known.length === 0) return null;
  return [quantileOfSorted(known, 1 / 3), quantileOfSorted(known, 2 / 3)];
}

/** How far prices usually move in a bar, as a share of the price. */
function relative({ atr, candles }: SlicedInput, bar: number): number {
  return atr[bar] / candles.close[bar];
}

function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}

function regimeOf(volatility: number, [low, high]: readonly [number, number]): string | null {
  if (!Number.isFinite(volatility)) return null;
  if (volatility <= low) return REGIMES[0];
  return volatility <= high ? REGIMES[1] : REGIMES[2];
}

/** A slice per name, in the order in which names first occur; rows and trades without a name are in none. */
function slicesBy(input: SlicedInput, kind: SliceKind, nameOf: (bar: number) => string | null): Slice[] {
  const rows = grouped(input.bar, nameOf);
  const trades = grouped(
    input.trades.map(({ signalBar }) => signalBar),
    nameOf,
  );
  return [...rows].map(([name, members]) => measureSlice(input, kind, name, members, trades.get(name) ?? []));
}

/** Positions in `bars` by the name of their bar. */
function grouped(
  bars: ArrayLike<number>,
  nameOf: (bar: number) => string | null,
): Map<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (let at = 0; at < bars.length; at++) {
    const name = nameOf(bars[at]);
    if (name === null) continue;
    const group = groups.get(name);
    if (group) group.push(at);
    else groups.set(name, [at]);
  }
  return groups;
}

function measureSlice(
  { task, probabilities, predicted, label, trades, recipe }: SlicedInput,
  kind: SliceKind,
  name: string,
  rows: readonly number[],
  traded: readonly number[],
): Slice {
  const classes = DECIDED_CLASSES[task];
  const width = classes.length;
  const truth = Int8Array.from(rows, row => label[row]);
  const decided = Int8Array.from(rows, row => predicted[row]);
  const shares = new Float32Array(width * rows.length);
  for (const [at, row] of rows.entries())
    shares.set(probabilities.subarray(row * width, (row + 1) * width), at * width);
  const metrics = classificationMetrics(truth, shares, classes, decided);
  const { mcc } = bootstrapIntervals(
    mccStatistic(truth, decided, width),
    bootstrapSpec(rows.length, recipe.labels, recipe.gate),
  );
  const net = traded.reduce((sum, at) => sum + trades[at].netReturn, 0);
  return {
    kind,
    name,
    rows: rows.length,
    mcc,
    directionalAuc: metrics.directionalAuc,
    balancedAccuracy: metrics.balancedAccuracy,
    accuracy: metrics.accuracy,
    logLoss: metrics.logLoss,
    trades: traded.length,
    meanNetReturn: traded.length > 0 ? net / traded.length : null,
  };
}

/** A few rows say little: what has no interval is worst of nothing. */
function worstOf(slices: readonly Slice[]): Slice | null {
  const judged = slices.filter(({ mcc }) => mcc.low !== null);
  return judged.reduce<Slice | null>(
    (worst, slice) => (worst === null || slice.mcc.value! < worst.mcc.value! ? slice : worst),
    null,
  );
}
