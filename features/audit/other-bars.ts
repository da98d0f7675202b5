import type { MarketBars } from '../../contracts/candles.ts';
import { type Random, randomIndex } from '../../statistics/random.ts';
import { mapColumns } from './runs.ts';

/** By how much prices are moved: far enough to become every extreme of the bars around. */
const LEAST_FACTOR = 8;
const MOST_FACTOR = 16;

/**
 * Bars at other prices and volumes, each its own: eight to sixteen times as high (`up`) or as low. A formula that reads one
 * of them answers otherwise, whether it takes a ratio, an extreme, a mean or only a sign.
 */
export function otherBars(bars: MarketBars, up: boolean, random: Random): MarketBars {
  const rows = bars.close.length;
  const factor = Float64Array.from({ length: rows }, () => {
    const size = LEAST_FACTOR + (MOST_FACTOR - LEAST_FACTOR) * share(random);
    return up ? size : 1 / size;
  });
  const jitter = () => 1 + 0.2 * (share(random) - 0.5);
  const open = bars.open.map((price, row) => price * factor[row] * jitter());
  const close = bars.close.map((price, row) => price * factor[row] * jitter());
  const changed: Partial<Record<string, Float64Array>> = {
    openTime: bars.openTime,
    open,
    close,
    high: close.map((price, row) => Math.max(price, open[row]) * (1 + 0.1 * share(random))),
    low: close.map((price, row) => Math.min(price, open[row]) * (1 - 0.1 * share(random))),
  };
  // The others are amounts or a leader's price: zero must become something too.
  return mapColumns(
    bars,
    (column, name) =>
      changed[name] ?? column.map((value, row) => value * factor[row] * jitter() + share(random)),
  );
}

/** The same bars in another order; times stay ascending. */
export function shuffledBars(bars: MarketBars, random: Random): MarketBars {
  const order = Uint32Array.from(bars.close.keys());
  for (let row = order.length - 1; row > 0; row--) {
    const other = randomIndex(random, row + 1);
    [order[row], order[other]] = [order[other], order[row]];
  }
  return mapColumns(bars, (column, name) =>
    name === 'openTime' ? column : Float64Array.from(order, row => column[row]),
  );
}

/** The same bars, later: a gap of a week opens before them. */
export function laterBars(bars: MarketBars): MarketBars {
  return mapColumns(bars, (column, name) =>
    name === 'openTime' ? column.map(time => time + 7.25 * 86_400_000) : column,
  );
}

/** A bar as it stands before it has closed: part of its volume, its range and its way. */
export function unfinishedBar(bars: MarketBars): MarketBars {
  const part = (whole: number, at: number) => at + (whole - at) / 3;
  return mapColumns(bars, (column, name) => {
    if (name === 'openTime' || name === 'open') return column;
    if (name === 'high' || name === 'low' || name === 'close')
      return column.map((value, row) => part(value, bars.open[row]));
    return column.map(value => value / 3);
  });
}

function share(random: Random): number {
  return random() / 4_294_967_296;
}
