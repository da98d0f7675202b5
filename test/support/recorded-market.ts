import type { BacktestMarket, TradingRules } from '../../contracts/backtest.ts';
import type { Candles } from '../../contracts/candles.ts';
import { type MarketKind, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';

/** Recorded bars with predictions that want in most of the time and out now and then, and are surer at some bars than at others. */
export function recordedMarket(
  symbol: string,
  candles: Candles,
  timeframe: Timeframe,
  rules: TradingRules | null,
  phase = 0,
  kind: MarketKind = 'spot',
): BacktestMarket {
  const { openTime, high, low } = candles;
  return {
    symbol,
    kind,
    candles,
    signals: {
      direction: Int8Array.from(openTime, (_, at) => ((at + phase) % 11 === 0 ? 0 : 2)),
      confidence: Float32Array.from(openTime, (_, at) => 0.5 + ((at + phase) % 7) / 14),
      volatility: Float64Array.from(openTime, (_, at) => Math.max(high[at] - low[at], high[at] / 2_000)),
    },
    labels: { kind: 'triple-barrier', horizonBars: 15, upAtr: 3, downAtr: 2 },
    rules,
    funding: null,
    barMs: TIMEFRAME_MS[timeframe],
  };
}
