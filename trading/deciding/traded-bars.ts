import { barsBefore, type Candles, type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';

/** Closed bars as an account may know them at a close: none that closes later. */
export interface TradedBars {
  /** Bars that open after `afterTime` and close by `closeTime`, ascending. */
  between(series: Series, afterTime: number, closeTime: number): Promise<Candles>;
  /** From the series' anchor on to those that close by `closeTime`; the same memory each time where they were recorded. */
  through(series: Series, closeTime: number): Promise<MarketBars>;
  /** The last so many of them. */
  last(series: Series, count: number, closeTime: number): Promise<Candles>;
}

/** Recorded bars that are played as if they closed now. */
export interface RecordedBars extends TradedBars {
  /** The first close of any of the series in (`afterTime`, `throughTime`]; null: there is none. */
  nextClose(series: readonly Series[], afterTime: number, throughTime: number): Promise<number | null>;
}

interface BarStore {
  read(series: Series, range?: { from?: number; to?: number }): Promise<MarketBars>;
}

/** As the store has them at the moment; the last bars of a close, which several steps of it ask for, are read once. */
export function storedBars(store: BarStore): TradedBars {
  const latest = new Map<string, { readonly closeTime: number; readonly bars: MarketBars }>();
  const read = (series: Series, from: number | undefined, closeTime: number) =>
    store.read(series, { from, to: closeTime - TIMEFRAME_MS[series.timeframe] + 1 });
  const readLast = async (series: Series, count: number, closeTime: number): Promise<MarketBars> => {
    const barMs = TIMEFRAME_MS[series.timeframe];
    const id = seriesId(series);
    const known = latest.get(id);
    if (known?.closeTime === closeTime && known.bars.openTime.length >= count) return known.bars;
    const near = await read(series, closeTime - (count + SPARE_BARS) * barMs, closeTime);
    const bars = near.openTime.length < count ? await read(series, undefined, closeTime) : near;
    // A bar that is not there yet may come while the close is worked on.
    if (bars.openTime.at(-1) === closeTime - barMs) latest.set(id, { closeTime, bars });
    return bars;
  };
  return {
    between: (series, afterTime, closeTime) => read(series, afterTime + 1, closeTime),
    through: (series, closeTime) => read(series, undefined, closeTime),
    async last(series, count, closeTime) {
      const bars = await readLast(series, count, closeTime);
      return sliceBars(bars, Math.max(0, bars.openTime.length - count), bars.openTime.length);
    },
  };
}

/** Bars are missing now and then. */
const SPARE_BARS = 50;

/** The store's bars read once: a close costs a search and no copy. */
export function recordedBars(store: BarStore): RecordedBars {
  const known = new Map<string, Promise<MarketBars>>();
  const all = (series: Series): Promise<MarketBars> => {
    const id = seriesId(series);
    const bars = known.get(id) ?? store.read(series);
    known.set(id, bars);
    bars.catch(() => known.delete(id));
    return bars;
  };
  const barsOf = ({ timeframe }: Series, bars: Candles, closeTime: number) =>
    barsBefore(bars, closeTime - TIMEFRAME_MS[timeframe] + 1);
  return {
    async between(series, afterTime, closeTime) {
      const bars = await all(series);
      const to = barsOf(series, bars, closeTime);
      return sliceBars(bars, Math.min(barsBefore(bars, afterTime + 1), to), to);
    },
    async through(series, closeTime) {
      const bars = await all(series);
      return sliceBars(bars, 0, barsOf(series, bars, closeTime));
    },
    async last(series, count, closeTime) {
      const bars = await all(series);
      const to = barsOf(series, bars, closeTime);
      return sliceBars(bars, Math.max(0, to - count), to);
    },
    async nextClose(series, afterTime, throughTime) {
      const closes = await Promise.all(
        series.map(async each => {
          const bars = await all(each);
          const time = bars.openTime[barsOf(each, bars, afterTime)];
          return time === undefined ? Number.POSITIVE_INFINITY : time + TIMEFRAME_MS[each.timeframe];
        }),
      );
      const next = Math.min(...closes);
      return next <= throughTime ? next : null;
    },
  };
}
