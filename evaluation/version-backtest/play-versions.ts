import { basename } from 'node:path';
import type { BacktestResult, BacktestSetup } from '../../contracts/backtest.ts';
import type { BacktestDocument, PlayedStrategy } from '../../contracts/backtest-document.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import { backtest } from '../../strategy/backtest.ts';
import { playOwnStrategy } from '../../strategy/own/audited-play.ts';
import type { OwnStrategy } from '../../strategy/own/own-strategy.ts';
import { checkLeverage } from '../../strategy/setup-check.ts';
import { agreedCosts } from './agreed-costs.ts';
import { confirm, openConfirming, seenThrough } from './confirming.ts';
import { documentOf } from './document.ts';
import {
  type BacktestRooms,
  type MarketRequest,
  type OpenedMarket,
  openMarket,
  type SignalledMarket,
  signalMarket,
} from './opened-market.ts';
import { type PlayedRange, resolveRange } from './range.ts';
import { tradingRulesOf } from './trading-rules.ts';

/** Places at which a strategy's audit cuts the bars off. */
const AUDIT_CUTS = 5;

/** In quote: beyond it a cent is lost in a float. */
const MOST_CASH = 1e12;

export interface BacktestRequest {
  /** In the order of the purse, each series once, all of one timeframe. */
  readonly markets: readonly MarketRequest[];
  readonly policy: Policy;
  /** Null: the built-in one decides. */
  readonly strategy: OwnStrategy | null;
  /** Open times, epoch ms, `toTime` exclusive; null: see `resolveRange`. */
  readonly fromTime: number | null;
  readonly toTime: number | null;
  readonly initialCash: number;
  /** Costs that win over those of the models' recipes. */
  readonly costs: { readonly [Name in keyof CostSpec]?: CostSpec[Name] | undefined };
  readonly allowSeen: boolean;
  /** Whether models answer where serving would hold for their age. */
  readonly ignoreAge: boolean;
  /** What a symbol without a model takes labels and costs from. */
  readonly defaultRecipe: Pick<Recipe, 'labels' | 'costs'>;
  /** Version of the program, for the document. */
  readonly alphaloom: string;
}

export interface PlayedVersions {
  readonly document: BacktestDocument;
  readonly setup: BacktestSetup;
  readonly result: BacktestResult;
}

/**
 * Plays versions over stored bars: each symbol's model is asked at every bar as `predict` would have asked it, and what it
 * says is traded from one purse.
 * @param onSeries told before a series' model is asked
 * @throws AlphaloomError BACKTEST_INVALID, BACKTEST_IN_SAMPLE, STRATEGY_INVALID, STRATEGY_LEAKS, and as `openMarket`
 */
export async function playVersions(
  rooms: BacktestRooms,
  request: BacktestRequest,
  onSeries: (series: string) => void,
): Promise<PlayedVersions> {
  requireCash(request.initialCash);
  const opened: OpenedMarket[] = [];
  const confirming: OpenedMarket[] = [];
  try {
    for (const market of request.markets) {
      opened.push(await openMarket(rooms, market, request.defaultRecipe.labels));
      const other = await openConfirming(rooms, market, request);
      if (other !== null) confirming.push(other);
    }
    // Before a model is asked about every bar.
    for (const { summary } of opened) checkLeverage(request.policy, summary.kind);
    const costs = costsOf(request, opened);
    const range = rangeOf(request, opened, confirming);
    const markets: SignalledMarket[] = [];
    for (const [at, market] of opened.entries()) {
      onSeries(seriesId(market.request.series));
      const signalled = await signalMarket(rooms, market, range, request.ignoreAge);
      const other = confirming[at];
      markets.push(
        other === undefined
          ? signalled
          : { ...signalled, confirming: await confirm(rooms, other, range, request.ignoreAge) },
      );
    }
    return await play(request, markets, costs, range);
  } finally {
    await Promise.all([...opened, ...confirming].map(({ model }) => model?.session.dispose()));
  }
}

async function play(
  request: BacktestRequest,
  markets: readonly SignalledMarket[],
  costs: CostSpec,
  range: PlayedRange,
): Promise<PlayedVersions> {
  const { policy, strategy, initialCash, alphaloom, ignoreAge } = request;
  const symbols = symbolsOf(markets);
  const { timeframe } = request.markets[0]!.series;
  const setup: BacktestSetup = {
    markets: markets.map(({ summary, bars, signals, labels, confirming, request: { funding } }, at) => ({
      symbol: symbols[at]!,
      kind: summary.kind,
      candles: bars,
      signals,
      labels,
      rules: summary.market && tradingRulesOf(summary.market),
      funding: funding?.rates ?? null,
      barMs: TIMEFRAME_MS[timeframe],
      ...(confirming && { confirmation: confirming.confirmation }),
    })),
    policy,
    costs,
    initialCash,
    fromTime: range.fromTime,
    toTime: range.toTime,
  };
  const facts = { alphaloom, timeframe, initialCash, policy, costs, ignoreAge };
  if (strategy === null)
    return {
      document: documentOf({ ...facts, strategy }, markets, symbols, range),
      setup,
      result: backtest(setup),
    };
  const { result, audit } = await playOwnStrategy(setup, strategy, AUDIT_CUTS);
  const played: PlayedStrategy = { file: basename(strategy.file), sha256: strategy.contentHash, audit };
  return { document: documentOf({ ...facts, strategy: played }, markets, symbols, range), setup, result };
}

function requireCash(cash: number): void {
  if (cash > 0 && cash <= MOST_CASH) return;
  throw new AlphaloomError(
    'BACKTEST_INVALID',
    `A purse of ${cash} can’t be played; expected an amount over 0 and at most ${MOST_CASH}.`,
    { got: cash },
  );
}

function costsOf({ costs, defaultRecipe }: BacktestRequest, opened: readonly OpenedMarket[]): CostSpec {
  const agreed = agreedCosts(
    opened.map(({ model }) => (model?.meta.recipe ?? defaultRecipe).costs),
    costs,
  );
  const hasSwap = opened.some(({ summary }) => summary.kind === 'swap');
  if (hasSwap || costs.fundingBpsPer8h === undefined) return agreed;
  throw new AlphaloomError(
    'BACKTEST_INVALID',
    'Funding is paid on swaps alone, and these are spot markets; leave --funding-bps-per-8h out.',
    { fundingBpsPer8h: costs.fundingBpsPer8h },
  );
}

function rangeOf(
  { fromTime, toTime, allowSeen }: BacktestRequest,
  opened: readonly OpenedMarket[],
  confirming: readonly OpenedMarket[],
): PlayedRange {
  const barMs = TIMEFRAME_MS[opened[0]!.request.series.timeframe];
  return resolveRange({
    markets: opened.map((market, at) => ({
      series: seriesId(market.request.series),
      candles: market.bars,
      seen: seenOf(market, confirming[at], barMs),
    })),
    fromTime,
    toTime,
    barMs,
    allowSeen,
  });
}

/** What the later of both models has seen. */
function seenOf(
  { model }: OpenedMarket,
  other: OpenedMarket | undefined,
  barMs: number,
): { readonly throughTime: number; readonly model: string } | null {
  const own = model && { throughTime: model.trainedThroughTime, model: model.name };
  if (other === undefined) return own;
  const throughTime = seenThrough(other, barMs);
  if (own !== null && own.throughTime >= throughTime) return own;
  return { throughTime, model: `${other.model!.name} of ${seriesId(other.request.series)}, which confirms,` };
}

/** Compact names; with the venue where two markets share one. */
function symbolsOf(markets: readonly OpenedMarket[]): string[] {
  const series = markets.map(({ request }) => request.series);
  const isUnique = new Set(series.map(({ symbol }) => symbol)).size === series.length;
  return series.map(({ venue, symbol }) => (isUnique ? symbol : `${venue}:${symbol}`));
}
