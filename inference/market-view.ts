import type { Candles, MarketBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { InferredSeries } from '../contracts/inferred-series.ts';
import { VOLATILITIES, type VolatilityName } from '../contracts/labels.ts';
import { type Series, TIMEFRAME_MS } from '../contracts/series.ts';
import { type ReversionSides, startReversionSides } from '../datasets/labels/sigma-reversion.ts';
import { startVolatility } from '../datasets/labels/volatility.ts';
import { FeatureFollower } from '../features/follower.ts';
import { RecentBars } from './recent-bars.ts';
import { RULE_BARS } from './rules/index.ts';
import type { ServingModel } from './serving-model.ts';

type Bar = InferredSeries['bar'];

/** What a view needs to know of a model. */
export type ViewingModel = Pick<ServingModel, 'meta' | 'features'>;

/** What is known of a series at its last closed bar. */
export interface MarketView {
  readonly barTime: number;
  readonly close: number;
  readonly last: Bar;
  /** In price; the mean range of the bars while too few are there. */
  volatility(name: VolatilityName): number;
  /** The same; null while too few bars are there. */
  warmVolatility(name: VolatilityName): number | null;
  /** The newest bars, at most `count` and as many as rules look at; to be used at once. */
  newest(count: number): Candles;
  /**
   * A model's input `[steps, features]` that ends at the last bar, in its order of features.
   * @throws AlphaloomError PREDICTION_INVALID, FEATURE_INPUT_MISSING, CANDLES_STALE (its leader's bar has not come),
   *   PREDICTION_TIMEOUT (its bars came so late that the view had gone on)
   */
  window(model: ViewingModel): Promise<Float32Array>;
  /**
   * Of a model that judges signals: the class of `direction3` of the signal at the last bar, as it was when it was trained;
   * null of any other. Known once its window was asked for.
   */
  signalSide(model: ViewingModel): number | null;
}

/** Closed bars of a followed series from the open time `from` to the open time `through`, both included. */
export type ReadBars = (from: number, through: number, model: ViewingModel) => Promise<MarketBars>;

interface Followed {
  readonly features: FeatureFollower;
  /** Of a model that judges signals. */
  readonly signals: ReversionSides | null;
  signalSide: number | null;
  throughTime: number;
  window: Float32Array;
}

/** Champion, the one before it, and candidates that are looked at. */
const MOST_FOLLOWED = 4;

/**
 * Follows a series from its anchor on. A bar is computed once per package (features, filling and what may be missing are
 * its own): the next bar costs nothing of the history before it, a second question about the same bar nothing at all.
 */
export class SeriesView implements MarketView {
  readonly #barMs: number;
  readonly #read: ReadBars;
  readonly #followed = new Map<string, Followed>();
  readonly #volatilities = VOLATILITIES.map(name => ({ name, formula: startVolatility(name) }));
  readonly #volatility = new Map<VolatilityName, number>();
  readonly #recent = new RecentBars(RULE_BARS);
  readonly #anchorTime: number;
  #bars = 0;
  #rangeSum = 0;
  #last: Bar;

  /** @throws AlphaloomError CANDLES_NOT_FOUND where there are no bars */
  constructor(series: Series, bars: Candles, read: ReadBars) {
    if (bars.close.length === 0) {
      throw new AlphaloomError('CANDLES_NOT_FOUND', 'A prediction needs at least one closed bar.');
    }
    this.#barMs = TIMEFRAME_MS[series.timeframe];
    this.#read = read;
    this.#anchorTime = bars.openTime[0];
    this.#last = barAt(bars, 0);
    this.advance(bars);
  }

  /** Bars seen, from the anchor on. */
  get bars(): number {
    return this.#bars;
  }

  get barTime(): number {
    return this.#last.openTime;
  }

  get close(): number {
    return this.#last.close;
  }

  get last(): Bar {
    return this.#last;
  }

  volatility(name: VolatilityName): number {
    return this.warmVolatility(name) ?? this.#rangeSum / this.#bars;
  }

  warmVolatility(name: VolatilityName): number | null {
    const value = this.#volatility.get(name)!;
    return Number.isNaN(value) ? null : value;
  }

  newest(count: number): Candles {
    return this.#recent.newest(count);
  }

  /** Whether bar `index` of `bars` is the last one seen. */
  endsAt(bars: Candles, index: number): boolean {
    const { openTime, open, high, low, close, volume } = this.#last;
    return (
      bars.openTime[index] === openTime &&
      bars.open[index] === open &&
      bars.high[index] === high &&
      bars.low[index] === low &&
      bars.close[index] === close &&
      bars.volume[index] === volume
    );
  }

  /** Takes the bars that follow those seen; they must be the same that `read` gives. */
  advance(bars: Candles): void {
    const count = bars.close.length;
    if (count === 0) return;
    const values = new Float64Array(count);
    for (const { name, formula } of this.#volatilities) {
      formula.advance(bars, values);
      this.#volatility.set(name, values[count - 1]);
    }
    for (let i = 0; i < count; i++) this.#rangeSum += bars.high[i] - bars.low[i];
    this.#recent.advance(bars);
    this.#bars += count;
    this.#last = barAt(bars, count - 1);
  }

  async window(model: ViewingModel): Promise<Float32Array> {
    const followed = this.#follow(model);
    const { throughTime } = followed;
    const { barTime } = this;
    if (throughTime < barTime) {
      const bars = await this.#read(throughTime + 1, barTime, model);
      // Whoever asked and did not wait for the bars may have been overtaken by the next to ask.
      if (followed.throughTime !== throughTime || this.barTime !== barTime) throw overtaken(barTime);
      try {
        followed.features.advance(bars);
      } catch (error) {
        // A formula that failed half-way remembers bars that others do not.
        this.#followed.delete(model.meta.packageId);
        throw error;
      }
      followed.window = followed.features.window();
      followed.signalSide = followed.signals?.advance(bars.close).at(-1) ?? null;
      followed.throughTime = barTime;
    }
    requireKnown(followed.window, model);
    return followed.window;
  }

  signalSide({ meta }: ViewingModel): number | null {
    return this.#followed.get(meta.packageId)?.signalSide ?? null;
  }

  #follow({ meta, features }: ViewingModel): Followed {
    const known = this.#followed.get(meta.packageId);
    const { labels } = meta.recipe;
    const followed = known ?? {
      signals: labels.kind === 'sigma-reversion' ? startReversionSides(labels) : null,
      signalSide: null,
      features: new FeatureFollower(features, this.#barMs, meta.recipe.features.maxFillBars, meta.steps),
      throughTime: this.#anchorTime - 1,
      window: new Float32Array(),
    };
    // The one that was asked last stands last.
    this.#followed.delete(meta.packageId);
    this.#followed.set(meta.packageId, followed);
    const [oldest] = this.#followed.keys();
    if (this.#followed.size > MOST_FOLLOWED) this.#followed.delete(oldest);
    return followed;
  }
}

function barAt(bars: Candles, index: number): Bar {
  return {
    openTime: bars.openTime[index],
    open: bars.open[index],
    high: bars.high[index],
    low: bars.low[index],
    close: bars.close[index],
    volume: bars.volume[index],
  };
}

function overtaken(barTime: number): AlphaloomError {
  return new AlphaloomError(
    'PREDICTION_TIMEOUT',
    `The bars up to ${new Date(barTime).toISOString()} came when others had been asked for.`,
    { barTime },
  );
}

function requireKnown(window: Float32Array, { meta }: ViewingModel): void {
  const { featureNames, steps, dataset } = meta;
  const unknown = new Set<number>();
  for (let cell = 0; cell < window.length; cell++)
    if (Number.isNaN(window[cell])) unknown.add(cell % featureNames.length);
  if (unknown.size === 0) return;
  const missing = featureNames.filter(
    (name, at) => unknown.has(at) && !dataset.missingInTraining.includes(name),
  );
  if (missing.length === 0) return;
  const where = steps === 1 ? 'at the last bar' : `in the last ${steps} bars`;
  throw new AlphaloomError(
    'PREDICTION_INVALID',
    `${missing.join(', ')} can’t be computed ${where}, and never was missing in training.`,
    { missing },
  );
}
