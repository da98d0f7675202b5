import type { ArtifactStore } from '../../artifacts/store.ts';
import type { CandleStore } from '../../candles/store.ts';
import type { SeriesSummary } from '../../candles/summary.ts';
import type { ConfirmingSignals, FundingRates, Signals } from '../../contracts/backtest.ts';
import type { SignalCounts } from '../../contracts/backtest-document.ts';
import { barsBefore, type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { volatilityOf, volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { joinLeader } from '../../features/leader-bars.ts';
import { type ChosenModel, type ModelChoice, openChosenModel } from '../../inference/chosen-model.ts';
import { versionSignals } from '../../inference/version-signals.ts';
import type { Registry } from '../../registry/registry.ts';
import type { PlayedRange } from './range.ts';

export interface BacktestRooms {
  readonly candles: Pick<CandleStore, 'read' | 'describe'>;
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
}

/** Recorded rates of a swap, as a file holds them. */
export interface FundingFile {
  /** Without its folder. */
  readonly name: string;
  readonly sha256: string;
  readonly rates: FundingRates;
}

export interface MarketRequest {
  readonly series: Series;
  /** Null: no model is asked; only a strategy of one's own trades. */
  readonly model: ModelChoice | null;
  readonly funding: FundingFile | null;
}

/** A symbol whose model is open and whose bars are read. */
export interface OpenedMarket {
  readonly request: MarketRequest;
  readonly summary: SeriesSummary;
  readonly model: ChosenModel | null;
  /** What `recipe` means in a policy's exits. */
  readonly labels: LabelSpec;
  /** From the series' anchor on, without a leader. */
  readonly bars: MarketBars;
}

/** What is predicted at each bar up to the range's end. */
export interface SignalledMarket extends OpenedMarket {
  readonly signals: Signals;
  readonly counts: SignalCounts;
  /** Of the timeframe that the policy wants confirmation by. */
  readonly confirming?: SignalledMarket & { readonly confirmation: ConfirmingSignals };
}

/**
 * @param defaultLabels what `recipe` means where there is no model
 * @throws AlphaloomError CANDLES_NOT_FOUND, BACKTEST_INVALID where the model can't be asked about this series, and as
 *   `openChosenModel`
 */
export async function openMarket(
  rooms: BacktestRooms,
  request: MarketRequest,
  defaultLabels: LabelSpec,
): Promise<OpenedMarket> {
  const { series } = request;
  const summary = await rooms.candles.describe(series);
  if (request.funding !== null && summary.kind !== 'swap') {
    throw new AlphaloomError(
      'BACKTEST_INVALID',
      `${seriesId(series)} is a spot market, and funding is paid on swaps alone; leave --funding out.`,
      { series: seriesId(series) },
    );
  }
  const bars = await rooms.candles.read(series, { from: summary.anchorTime });
  if (request.model === null) return { request, summary, model: null, labels: defaultLabels, bars };
  const model = await openChosenModel(rooms, series, request.model);
  try {
    requireFitting(model, series, summary);
    return { request, summary, model, labels: model.meta.recipe.labels, bars };
  } catch (error) {
    await model.session.dispose();
    throw error;
  }
}

/** Asks the market's model at every bar of the range. */
export async function signalMarket(
  { candles }: Pick<BacktestRooms, 'candles'>,
  market: OpenedMarket,
  { fromTime, toTime }: PlayedRange,
  ignoreAge: boolean,
): Promise<SignalledMarket> {
  const { model, request, labels } = market;
  const toBar = barsBefore(market.bars, toTime);
  const fromBar = barsBefore(market.bars, fromTime);
  const bars = sliceBars(market.bars, 0, toBar);
  if (model !== null) {
    const joined = await joinLeader(candles, request.series, model.meta.recipe.features.leader, bars);
    return { ...market, bars, ...(await versionSignals(model, { bars: joined, fromBar, toBar, ignoreAge })) };
  }
  return {
    ...market,
    bars,
    signals: {
      direction: new Int8Array(toBar).fill(-1),
      volatility: volatilityPerBar(bars, volatilityOf(labels)),
    },
    counts: { long: 0, short: 0, noTrade: 0, unanswered: toBar - fromBar, expired: 0 },
  };
}

function requireFitting({ meta, name }: ChosenModel, series: Series, { kind }: SeriesSummary): void {
  const id = seriesId(series);
  if (meta.series.timeframe !== series.timeframe) {
    throw new AlphaloomError(
      'BACKTEST_INVALID',
      `${name} was trained on ${seriesId(meta.series)} and can’t be asked about bars of ${series.timeframe}.`,
      { trainedOn: seriesId(meta.series), series: id },
    );
  }
  if (!meta.recipe.markets.includes(kind)) {
    throw new AlphaloomError(
      'BACKTEST_INVALID',
      `${id} is a ${kind} market, and the recipe ${meta.recipe.name} of ${name} is for ${meta.recipe.markets.join(' and ')} markets.`,
      { series: id, kind, markets: meta.recipe.markets },
    );
  }
}
