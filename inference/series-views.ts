import type { CandleStore } from '../candles/store.ts';
import { barsBefore, type MarketBars, sliceBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { joinLeader } from '../features/leader-bars.ts';
import { type MarketView, type ReadBars, SeriesView } from './market-view.ts';
import type { TimeLimit } from './time-limit.ts';

type Bars = Pick<CandleStore, 'read' | 'describe'>;

/** A view on a series, and the bars of the store when it was last looked at. */
interface Stored {
  readonly view: SeriesView;
  readonly anchorTime: number;
  storedBars: number;
}

/**
 * Looks at each series in turn: questions about one series wait for one another. The limit holds for waiting and reading;
 * what a look does after it is not waited for is its own affair.
 */
export interface SeriesViews {
  /** At the newest bar in the store. @throws AlphaloomError CANDLES_NOT_FOUND, CANDLES_DAMAGED, PREDICTION_TIMEOUT */
  onStore<T>(series: Series, limit: TimeLimit, look: (view: MarketView) => Promise<T>): Promise<T>;
  /**
   * At the last of bars in memory, which begin at the series' anchor.
   * @throws AlphaloomError CANDLES_NOT_FOUND, PREDICTION_TIMEOUT
   */
  onBars<T>(
    series: Series,
    bars: MarketBars,
    limit: TimeLimit,
    look: (view: MarketView) => Promise<T>,
  ): Promise<T>;
}

/** Views that are kept, so that the next bar costs only itself. */
export function createSeriesViews(candles: Bars): SeriesViews {
  const stored = new Map<string, Stored>();
  const inMemory = new Map<string, { view: SeriesView; bars: MarketBars }>();
  const turns = new Map<string, Promise<unknown>>();

  const inTurn = async <T>(
    series: Series,
    limit: TimeLimit,
    open: () => SeriesView | Promise<SeriesView>,
    look: (view: MarketView) => Promise<T>,
  ): Promise<T> => {
    const id = seriesId(series);
    const afterOthers = turns.get(id)?.then(() => {
      if (limit.isOver) throw tooLate(series);
      return open();
    });
    const view = afterOthers ?? open();
    const { promise: looked, resolve: leave } = Promise.withResolvers<void>();
    // Whoever is next waits for the reading too, also where this one has given it up.
    const turn = view instanceof SeriesView ? looked : view.then(() => looked, ignore);
    turns.set(id, turn);
    try {
      return await look(view instanceof SeriesView ? view : await limit.orBell(view, () => tooLate(series)));
    } finally {
      leave();
      if (view instanceof SeriesView && turns.get(id) === turn) turns.delete(id);
    }
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
      view: new SeriesView(series, bars, async (from, through, model) =>
        besideLeader(candles, series, model, between(entry.bars, from, through)),
      ),
    };
    inMemory.set(id, entry);
    return entry.view;
  };

  return {
    onStore: (series, limit, look) => inTurn(series, limit, () => refresh(series), look),
    onBars: (series, bars, limit, look) => inTurn(series, limit, () => follow(series, bars), look),
  };
}

/** Whoever asked is told; the next one begins anew. */
function ignore(): void {}

function tooLate(series: Series): AlphaloomError {
  return new AlphaloomError(
    'PREDICTION_TIMEOUT',
    `The bars of ${seriesId(series)} could not be looked at in time.`,
    { series: seriesId(series) },
  );
}

function between(bars: MarketBars, from: number, through: number): MarketBars {
  return sliceBars(bars, barsBefore(bars, from), barsBefore(bars, through + 1));
}

function storeReader(candles: Bars, series: Series): ReadBars {
  return async (from, through, model) => {
    const bars = await candles.read(series, { from, to: through + 1 });
    return await besideLeader(candles, series, model, bars);
  };
}

/**
 * Bars with those of the market that the model looks at beside its own, as the store has them; who brings them along is believed.
 * @throws AlphaloomError CANDLES_STALE where the leader's last one has not come, CANDLES_NOT_FOUND
 */
async function besideLeader(
  candles: Bars,
  series: Series,
  model: Parameters<ReadBars>[2],
  bars: MarketBars,
): Promise<MarketBars> {
  const { leader } = model.meta.recipe.features;
  if (leader === undefined || bars.leaderClose !== undefined) return bars;
  const joined: MarketBars = await joinLeader(candles, series, leader, bars);
  if (!Number.isNaN(joined.leaderClose?.at(-1))) return joined;
  const barTime = bars.openTime.at(-1)!;
  throw new AlphaloomError(
    'CANDLES_STALE',
    `The leader ${leader} has no bar of ${new Date(barTime).toISOString()} yet.`,
    { leader, barTime },
  );
}
