import type { CandleStore } from '../candles/store.ts';
import { barsBefore, type MarketBars, sliceBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { joinLeader } from '../features/leader-bars.ts';
import { type MarketView, type ReadBars, SeriesView } from './market-view.ts';

type Bars = Pick<CandleStore, 'read' | 'describe'>;

/** A view on a series, and the bars of the store when it was last looked at. */
interface Stored {
  readonly view: SeriesView;
  readonly anchorTime: number;
  storedBars: number;
}

/** Looks at each series in turn: questions about one series wait for one another. */
export interface SeriesViews {
  /** At the newest bar in the store. @throws AlphaloomError CANDLES_NOT_FOUND, CANDLES_DAMAGED */
  onStore<T>(series: Series, look: (view: MarketView) => Promise<T>): Promise<T>;
  /** At the last of bars in memory, which begin at the series' anchor. @throws AlphaloomError CANDLES_NOT_FOUND */
  onBars<T>(series: Series, bars: MarketBars, look: (view: MarketView) => Promise<T>): Promise<T>;
}

/** Views that are kept, so that the next bar costs only itself. */
export function createSeriesViews(candles: Bars): SeriesViews {
  const stored = new Map<string, Stored>();
  const inMemory = new Map<string, { view: SeriesView; bars: MarketBars }>();
  const turns = new Map<string, Promise<unknown>>();

  const inTurn = async <T>(series: Series, work: () => Promise<T>): Promise<T> => {
    const id = seriesId(series);
    const turn = (turns.get(id) ?? Promise.resolve()).then(work);
    turns.set(
      id,
      turn.catch(() => {}),
    );
    return await turn;
  };

  const refresh = async (series: Series): Promise<SeriesView> => {
    const id = seriesId(series);
    const known = stored.get(id);
    const { anchorTime, bars: storedBars } = await candles.describe(series);
    if (known?.anchorTime === anchorTime) {
      const newer = await candles.read(series, { from: known.view.barTime });
      // Bars that were filled in further back would change what recursive formulas remember.
      const isSameHistory = storedBars - known.storedBars === newer.openTime.length - 1;
      if (isSameHistory && known.view.endsAt(newer, 0)) {
        known.view.advance(sliceBars(newer, 1, newer.openTime.length));
        known.storedBars = storedBars;
        return known.view;
      }
    }
    const bars = await candles.read(series, { from: anchorTime });
    const view = new SeriesView(series, bars, storeReader(candles, series));
    stored.set(id, { view, anchorTime, storedBars });
    return view;
  };

  const follow = (series: Series, bars: MarketBars): SeriesView => {
    const id = seriesId(series);
    const known = inMemory.get(id);
    if (
      known &&
      bars.openTime[0] === known.bars.openTime[0] &&
      known.view.endsAt(bars, known.view.bars - 1)
    ) {
      known.view.advance(sliceBars(bars, known.view.bars, bars.openTime.length));
      known.bars = bars;
      return known.view;
    }
    const entry: { view: SeriesView; bars: MarketBars } = {
      bars,
      view: new SeriesView(series, bars, async (from, through) => between(entry.bars, from, through)),
    };
    inMemory.set(id, entry);
    return entry.view;
  };

  return {
    onStore: (series, look) => inTurn(series, async () => await look(await refresh(series))),
    onBars: (series, bars, look) => inTurn(series, async () => await look(follow(series, bars))),
  };
}

function between(bars: MarketBars, from: number, through: number): MarketBars {
  return sliceBars(bars, barsBefore(bars, from), barsBefore(bars, through + 1));
}

function storeReader(candles: Bars, series: Series): ReadBars {
  return async (from, through, model) => {
    const bars = await candles.read(series, { from, to: through + 1 });
    const { leader } = model.meta.recipe.features;
    const joined: MarketBars = await joinLeader(candles, series, leader, bars);
    if (leader === undefined || !Number.isNaN(joined.leaderClose?.at(-1))) return joined;
    throw new AlphaloomError(
      'CANDLES_STALE',
      `The leader ${leader} has no bar of ${new Date(through).toISOString()} yet.`,
      { leader, barTime: through },
    );
  };
}
