import { EXTRA_COLUMNS, type ExtraColumn, type MarketBars } from '../../contracts/candles.ts';
import { type Random, seededRandom } from '../../statistics/random.ts';
import type { FeatureDefinition } from '../definition.ts';

/**
 * Gives bars the columns that features read and the series does not have, filled with made-up numbers: whether a formula
 * sees the future, any numbers show.
 * @returns the bars, and which columns were made up
 */
export function withMadeUpColumns(
  bars: MarketBars,
  definitions: readonly FeatureDefinition[],
  seed: number,
): { readonly bars: MarketBars; readonly madeUp: readonly ExtraColumn[] } {
  const read = new Set<string>(definitions.flatMap(({ kernel }) => kernel.inputs));
  const madeUp = EXTRA_COLUMNS.filter(name => read.has(name) && !bars[name]);
  const random = seededRandom(seed);
  const columns = madeUp.map(name => [name, MAKERS[name](bars.close.length, random)] as const);
  return { bars: { ...bars, ...Object.fromEntries(columns) }, madeUp };
}

const MAKERS: Readonly<Record<ExtraColumn, (rows: number, random: Random) => Float64Array>> = {
  leaderClose: leader,
  upTicks: ticks,
  downTicks: ticks,
  bidDepth: depth,
  askDepth: depth,
};

/** A random walk; now and then the leader has no bar. */
function leader(rows: number, random: Random): Float64Array {
  let price = 30_000;
  return Float64Array.from({ length: rows }, () => {
    price *= 1 + 0.01 * (share(random) - 0.5);
    return share(random) < 0.01 ? Number.NaN : price;
  });
}

function ticks(rows: number, random: Random): Float64Array {
  return Float64Array.from({ length: rows }, () => Math.floor(6 * share(random)));
}

function depth(rows: number, random: Random): Float64Array {
  return Float64Array.from({ length: rows }, () => 1 + 50 * share(random));
}

function share(random: Random): number {
  return random() / 4_294_967_296;
}
