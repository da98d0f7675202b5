import type { MarketBars } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type BookDepths, type Trades, timeOrder } from './ticks.ts';

const SECOND_MS = 1_000;

/** 58 days: what follows each other further apart is another recording. */
const MAX_SECONDS = 5_000_000;

/**
 * A bar for every whole second of the trades, without holes: the seconds in which they begin and end are left out unless
 * the first trade stands at the very start of its own, because part of them may be missing. Open, high, low, close and
 * volume of a second's trades by event time, equal times in the order given; a second without trades repeats the last
 * price with volume 0. `upTicks` and `downTicks` count trades above and below the trade before them; `bidDepth` and
 * `askDepth` are of the last book at or before the second's end, NaN before the first. O(trades + books + seconds) on
 * ticks in order of time.
 * @throws AlphaloomError TICKS_INVALID where there is no whole second, or more than 5,000,000
 */
export function buildTickBars(trades: Trades, books: BookDepths | null): MarketBars {
  const seconds = wholeSeconds(trades);
  const bars = {
    openTime: new Float64Array(seconds.count),
    open: new Float64Array(seconds.count),
    high: new Float64Array(seconds.count),
    low: new Float64Array(seconds.count),
    close: new Float64Array(seconds.count),
    volume: new Float64Array(seconds.count),
    upTicks: new Float64Array(seconds.count),
    downTicks: new Float64Array(seconds.count),
    bidDepth: new Float64Array(seconds.count),
    askDepth: new Float64Array(seconds.count),
  };
  fillTrades(bars, trades, seconds);
  fillDepths(bars, books);
  return bars;
}

/** Open time of the first whole second, their number, and the order in which trades are read. */
interface Seconds {
  readonly first: number;
  readonly count: number;
  readonly order: Uint32Array | null;
}

function wholeSeconds({ time }: Trades): Seconds {
  const order = timeOrder(time);
  const at = (position: number) => time[order ? order[position] : position];
  const first = Math.ceil(at(0) / SECOND_MS) * SECOND_MS;
  const end = Math.floor(at(time.length - 1) / SECOND_MS) * SECOND_MS;
  const count = (end - first) / SECOND_MS;
  if (count >= 1 && count <= MAX_SECONDS) return { first, count, order };
  throw new AlphaloomError(
    'TICKS_INVALID',
    count > MAX_SECONDS
      ? `The trades span ${count} seconds, over ${MAX_SECONDS}. Import them in parts.`
      : 'The trades hold no whole second.',
    { rule: 'span', seconds: Math.max(0, count || 0), maxSeconds: MAX_SECONDS },
  );
}

function fillTrades(
  bars: Required<Omit<MarketBars, 'leaderClose'>>,
  { time, price, quantity }: Trades,
  { first, count, order }: Seconds,
): void {
  const { openTime, open, high, low, close, volume, upTicks, downTicks } = bars;
  const last = first + count * SECOND_MS;
  let previous = Number.NaN;
  let at = 0;
  const row = () => (order ? order[at] : at);
  for (; time[row()] < first; at++) previous = price[row()];
  for (let bar = 0; bar < count; bar++) {
    const end = Math.min(first + (bar + 1) * SECOND_MS, last);
    openTime[bar] = first + bar * SECOND_MS;
    let isEmpty = true;
    for (; time[row()] < end; at++) {
      const traded = price[row()];
      if (isEmpty) open[bar] = high[bar] = low[bar] = traded;
      isEmpty = false;
      if (traded > high[bar]) high[bar] = traded;
      if (traded < low[bar]) low[bar] = traded;
      volume[bar] += quantity[row()];
      if (traded > previous) upTicks[bar]++;
      else if (traded < previous) downTicks[bar]++;
      previous = traded;
    }
    if (isEmpty) open[bar] = high[bar] = low[bar] = previous;
    close[bar] = previous;
  }
}

function fillDepths(
  { openTime, bidDepth, askDepth }: Required<Omit<MarketBars, 'leaderClose'>>,
  books: BookDepths | null,
): void {
  bidDepth.fill(Number.NaN);
  askDepth.fill(Number.NaN);
  if (!books) return;
  const order = timeOrder(books.time);
  const rowOf = (position: number) => (order ? order[position] : position);
  let next = 0;
  for (let bar = 0; bar < openTime.length; bar++) {
    const end = openTime[bar] + SECOND_MS;
    while (next < books.time.length && books.time[rowOf(next)] <= end) next++;
    if (next === 0) continue;
    bidDepth[bar] = books.bidDepth[rowOf(next - 1)];
    askDepth[bar] = books.askDepth[rowOf(next - 1)];
  }
}
