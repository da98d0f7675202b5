import { type OpenAccount, seriesOf, type TradingRooms } from '../../activities/trading/trading-rooms.ts';
import type { InferredResult, SeriesQuestion } from '../../contracts/inferred-series.ts';
import type { MarketPrediction } from '../../contracts/intents.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import type { InferredClose } from '../../contracts/live-trading.ts';
import { tradingSources } from '../../contracts/policy.ts';
import { PREDICTION_DEADLINE_MS, type Prediction } from '../../contracts/prediction.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import type { SymbolResult, TradedSymbol } from '../../contracts/trading.ts';
import type { Predictor } from '../../inference/predictor.ts';

type Inferred = SymbolResult<Omit<InferredClose, 'quote'>>;

/** Where recorded bars are played nobody waits, and no answer may depend on how busy the machine is. */
const REPLAY_DEADLINE_MS = 50_000;

/**
 * Asks the chain of sources about the bars that close at one time, all symbols at once.
 * @param defaultLabels what `recipe` means in a policy's exits where no model answers
 */
export function createInfer(predictor: Predictor, defaultLabels: LabelSpec): TradingRooms['infer'] {
  return async (account, symbols, closeTime, limitMs) => {
    const { confirmation } = account.record.policy;
    const asked = await Promise.all(symbols.map(symbol => questionOf(account, symbol, closeTime)));
    const confirming =
      confirmation === undefined
        ? []
        : await Promise.all(
            symbols.map(({ symbol }) =>
              questionOf(account, { symbol, timeframe: confirmation.timeframe }, closeTime),
            ),
          );
    const answers = await predictor.predictAll([...asked, ...confirming], {
      deadlineMs:
        account.recorded !== null ? REPLAY_DEADLINE_MS : (limitMs ?? PREDICTION_DEADLINE_MS.trading),
      venueTime: closeTime,
    });
    return symbols.map((symbol, at): Inferred => {
      const confirmed = confirmation && confirmationOf(account, answers[symbols.length + at]);
      return inferredOf(symbol, sendable(account, answers[at]), confirmed ?? null, defaultLabels);
    });
  };
}

/** The newest bar of the timeframe that has closed by then. */
async function questionOf(
  { record, recorded }: OpenAccount,
  traded: TradedSymbol,
  closeTime: number,
): Promise<SeriesQuestion> {
  const series = seriesOf(record, traded);
  const barTime = newestBar(traded.timeframe, closeTime);
  if (recorded === null) return { series, barTime };
  return { series, barTime, bars: await recorded.through(series, closeTime) };
}

function newestBar(timeframe: Timeframe, closeTime: number): number {
  const barMs = TIMEFRAME_MS[timeframe];
  return Math.floor(closeTime / barMs) * barMs - barMs;
}

/**
 * Real orders need a prediction with an edge after costs, at each close anew: champions change while an account trades. Without
 * one nothing is wished for; what is held lives by its levels.
 */
function sendable({ record }: OpenAccount, answer: InferredResult): InferredResult {
  if (record.mode === 'paper' || !answer.ok || answer.prediction.tradable) return answer;
  const { direction, source, model_version, reasons } = answer.prediction;
  const reason = `NOT_TRADABLE: ${source} ${model_version ?? ''} said ${direction} and has no edge after costs`;
  const prediction = { ...answer.prediction, direction: 'NO_TRADE' as const, reasons: [...reasons, reason] };
  return { ...answer, prediction };
}

function inferredOf(
  { symbol, timeframe }: TradedSymbol,
  answer: InferredResult,
  confirmation: MarketPrediction | null,
  defaultLabels: LabelSpec,
): Inferred {
  if (!answer.ok) return { symbol, ok: false, error: answer.error };
  const { prediction, bar, volatility, labels } = answer;
  const barTime = bar.openTime;
  const value = { timeframe, barTime, prediction, bar, volatility, confirmation };
  return { symbol, ok: true, value: { ...value, labels: labels ?? defaultLabels } };
}

/** Only who may be asked counts: by default who may open positions. */
function confirmationOf({ record }: OpenAccount, answer: InferredResult): MarketPrediction | null {
  const { policy } = record;
  const sources = policy.confirmation?.sources ?? tradingSources(policy);
  if (!answer.ok || !sources.includes(answer.prediction.source)) return null;
  return marketPrediction(answer.prediction);
}

function marketPrediction({ direction, confidence, source }: Prediction): MarketPrediction {
  return { direction, confidence: Math.fround(confidence), source };
}
