import { EXTRA_COLUMNS, type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { type Random, randomIndex } from '../../statistics/random.ts';
import type { FeatureDefinition } from '../definition.ts';
import { FeatureEngine } from '../engine.ts';

/** Features over bars, and how long these last. */
export interface Subject {
  readonly definitions: readonly FeatureDefinition[];
  readonly bars: MarketBars;
  readonly barMs: number;
}

/** A column of values per feature, in the definitions' order. */
export type Values = readonly Float64Array[];

/** All bars in one call, as a training does; the subject's own stay as they are whatever a formula does to them. */
export function runWhole({ definitions, bars, barMs }: Subject): Values {
  const columns = emptyColumns(definitions, bars.close.length);
  new FeatureEngine(definitions, barMs).advance(copyBars(bars, 0, bars.close.length), columns, 0);
  return columns;
}

/**
 * The bars piece by piece, as serving does. Each piece is a copy in memory of its own: what has not come is nowhere.
 * @param ends the row after each piece, ascending; the last is the number of bars
 */
export function runInPieces({ definitions, bars, barMs }: Subject, ends: Iterable<number>): Values {
  const columns = emptyColumns(definitions, bars.close.length);
  const engine = new FeatureEngine(definitions, barMs);
  let from = 0;
  for (const to of ends) {
    engine.advance(copyBars(bars, from, to), columns, from);
    from = to;
  }
  return columns;
}

/** The same while another run over other bars goes on in between: formulas must not share what they remember. */
export function runInterleaved(subject: Subject, other: MarketBars, ends: Iterable<number>): Values {
  const { definitions, bars, barMs } = subject;
  const columns = emptyColumns(definitions, bars.close.length);
  const ignored = emptyColumns(definitions, bars.close.length);
  const engine = new FeatureEngine(definitions, barMs);
  const otherEngine = new FeatureEngine(definitions, barMs);
  let from = 0;
  for (const to of ends) {
    otherEngine.advance(copyBars(other, from, to), ignored, from);
    engine.advance(copyBars(bars, from, to), columns, from);
    from = to;
  }
  return columns;
}

export function* oneByOne(rows: number): Generator<number> {
  for (let row = 1; row <= rows; row++) yield row;
}

/** Pieces of 1 to 300 bars, and single bars for a while after each. */
export function* mixedPieces(rows: number, random: Random): Generator<number> {
  let end = 0;
  while (end < rows) {
    end = Math.min(rows, end + 1 + randomIndex(random, 300));
    yield end;
    for (let singles = randomIndex(random, 8); singles > 0 && end < rows; singles--) yield ++end;
  }
}

/** Rows `from` to `to` in memory of their own. */
export function copyBars(bars: MarketBars, from: number, to: number): MarketBars {
  const slice = sliceBars(bars, from, to);
  return mapColumns(slice, column => column.slice());
}

export function concatBars(first: MarketBars, second: MarketBars): MarketBars {
  return mapColumns(first, (column, name) => {
    const joined = new Float64Array(column.length + second.close.length);
    joined.set(column);
    joined.set(second[name]!, column.length);
    return joined;
  });
}

const COLUMNS = ['openTime', 'open', 'high', 'low', 'close', 'volume', ...EXTRA_COLUMNS] as const;
export type BarColumn = (typeof COLUMNS)[number];

/** Bars made column by column of those that are there. */
export function mapColumns(
  bars: MarketBars,
  change: (column: Float64Array, name: BarColumn) => Float64Array,
): MarketBars {
  const changed: Partial<Record<BarColumn, Float64Array>> = {};
  for (const name of COLUMNS) if (bars[name]) changed[name] = change(bars[name], name);
  return changed as MarketBars;
}

function emptyColumns(definitions: readonly FeatureDefinition[], rows: number): Float64Array[] {
  return definitions.map(() => new Float64Array(rows));
}
