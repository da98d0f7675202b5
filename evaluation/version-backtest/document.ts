import { createHash } from 'node:crypto';
import type {
  BacktestDocument,
  PlayedConfirmation,
  PlayedMarket,
  PlayedModel,
} from '../../contracts/backtest-document.ts';
import { barsBefore, CANDLE_COLUMNS } from '../../contracts/candles.ts';
import { seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { ChosenModel } from '../../inference/chosen-model.ts';
import { expiryTime } from '../../inference/version-signals.ts';
import { type NotedMarket, notesOf } from './notes.ts';
import type { FundingFile, SignalledMarket } from './opened-market.ts';
import type { PlayedRange } from './range.ts';
import { purseCurrency, tradingRulesOf } from './trading-rules.ts';

/** All that a document says and no market does. */
export interface DocumentFacts
  extends Pick<
    BacktestDocument,
    'alphaloom' | 'timeframe' | 'initialCash' | 'policy' | 'strategy' | 'costs'
  > {
  readonly ignoreAge: boolean;
}

/** What was played, by what, on what; see `contracts/backtest-document.ts`. */
export function documentOf(
  facts: DocumentFacts,
  markets: readonly SignalledMarket[],
  symbols: readonly string[],
  range: PlayedRange,
): BacktestDocument {
  const { ignoreAge, strategy, costs } = facts;
  const noted = markets.map((market, at) => notedMarket(market, symbols[at]!, range));
  const content: Omit<BacktestDocument, 'id'> = {
    alphaloom: facts.alphaloom,
    timeframe: facts.timeframe,
    markets: noted.map(({ played }) => played),
    quote: purseCurrency(markets.map(({ summary }) => summary.market)),
    initialCash: facts.initialCash,
    fromTime: range.fromTime,
    toTime: range.toTime,
    inSample: range.inSample,
    policy: facts.policy,
    strategy,
    costs,
    notes: notesOf({
      markets: noted,
      fromTime: range.fromTime,
      toTime: range.toTime,
      costs,
      ignoreAge,
    }),
  };
  const id = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { id, ...content };
}

function notedMarket(market: SignalledMarket, symbol: string, range: PlayedRange): NotedMarket {
  const { request, summary, model, bars, labels, signals, counts, confirming } = market;
  const { series, funding } = request;
  const first = barsBefore(bars, range.fromTime);
  const firstTime = bars.openTime[first]!;
  const lastTime = bars.openTime.at(-1)!;
  const played: PlayedMarket = {
    series: seriesId(series),
    symbol,
    kind: summary.kind,
    synthetic: summary.synthetic,
    model: model && playedModel(model),
    ...(confirming && { confirmation: playedConfirmation(confirming) }),
    labels,
    signals: counts,
    signalsSha256: hashOf([
      signals.direction.slice(first),
      Float32Array.from(signals.confidence?.slice(first) ?? []),
      signals.volatility.slice(first),
    ]),
    candles: {
      bars: bars.openTime.length - first,
      firstTime,
      lastTime,
      sha256: hashOf(CANDLE_COLUMNS.map(name => bars[name])),
    },
    rules: summary.market && {
      ...tradingRulesOf(summary.market),
      fetchedTime: summary.market.fetchedTime,
    },
    funding: funding && {
      file: funding.name,
      sha256: funding.sha256,
      payments: paymentsWithin(funding, range),
    },
  };
  const barMs = TIMEFRAME_MS[series.timeframe];
  return {
    played,
    stated: summary.market,
    servedThroughTime: model && expiryTime(model.meta),
    missingBars: Math.round((lastTime - firstTime) / barMs) + 1 - played.candles.bars,
    fundingTimes: funding && [funding.rates.time[0]!, funding.rates.time.at(-1)!],
  };
}

function playedConfirmation({
  request: { series },
  model,
  confirmation: { closeTime, direction },
}: NonNullable<SignalledMarket['confirming']>): PlayedConfirmation {
  return {
    series: seriesId(series),
    model: playedModel(model!),
    signalsSha256: hashOf([closeTime, direction]),
  };
}

function playedModel({ meta, version, isChampion, trainedThroughTime }: ChosenModel): PlayedModel {
  return {
    version: version?.version ?? null,
    champion: isChampion,
    trainedOn: seriesId(meta.series),
    packageId: meta.packageId,
    modelSha256: meta.model.sha256,
    recipe: meta.recipe.name,
    task: meta.task,
    estimator: meta.recipe.train.estimator,
    imported: meta.imported !== undefined,
    tradable: version?.tradable ?? null,
    trainedThroughTime,
    judgedThroughTime: meta.dataset.lastTime,
  };
}

function paymentsWithin({ rates }: FundingFile, { fromTime, toTime }: PlayedRange): number {
  return rates.time.filter(time => time >= fromTime && time < toTime).length;
}

/** Of the columns' bytes, one after the other. */
function hashOf(columns: readonly (Int8Array | Float32Array | Float64Array)[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of columns)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
