import { CANDLE_COLUMNS, type Candles, type MarketBars } from '../../contracts/candles.ts';
import { golden, type PackedArray, unpackFloat64 } from './golden.ts';

/** The 3,000 bars of `golden/candles.json`. */
export function goldenCandles(): Candles {
  const packed = golden<Record<string, PackedArray>>('candles.json');
  return Object.fromEntries(
    CANDLE_COLUMNS.map(name => [name, unpackFloat64(packed[name])]),
  ) as unknown as Candles;
}

/** The same with made-up columns for all that a feature may read: a leader that goes half of each way, ticks and depths. */
export function goldenBars(): Required<MarketBars> {
  const candles = goldenCandles();
  const { open, high, low, close, volume } = candles;
  return {
    ...candles,
    leaderClose: close.map((price, i) => Math.sqrt(price * (high[i] + low[i]))),
    upTicks: close.map((price, i) => Math.round((100 * (price - low[i])) / price)),
    downTicks: close.map((price, i) => Math.round((100 * (high[i] - price)) / price)),
    bidDepth: volume.map((amount, i) => 1 + amount * (open[i] > close[i] ? 0.2 : 0.3)),
    askDepth: volume.map((amount, i) => 1 + amount * (i % 7)),
  };
}

/** Hourly bars around the given closes: each opens at the close before it, `wick` beyond its body at both ends. */
export function candlesFromCloses(closes: ArrayLike<number>, wick = 0, volume = 1): Candles {
  const close = Float64Array.from(closes);
  const open = Float64Array.from(close, (price, i) => (i === 0 ? price : close[i - 1]));
  return {
    openTime: Float64Array.from(close, (_, i) => i * 3_600_000),
    open,
    high: Float64Array.from(close, (price, i) => Math.max(price, open[i]) + wick),
    low: Float64Array.from(close, (price, i) => Math.min(price, open[i]) - wick),
    close,
    volume: new Float64Array(close.length).fill(volume),
  };
}
