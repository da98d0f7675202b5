import type { Candles } from '../../contracts/candles.ts';
import type { LabelSpec, VolatilityName } from '../../contracts/labels.ts';
import { WindowMoments } from '../../features/kernels/columns/moments.ts';
import { WilderSum } from '../../features/kernels/columns/wilder.ts';
import { DERIVATIONS } from '../../features/kernels/derived.ts';

const DEFAULT: VolatilityName = 'atr14';

/** A volatility in price under way. */
export interface Volatility {
  /** Takes the next bars, one or many, and writes that of each; NaN before its period is full. */
  advance(bars: Candles, out: Float64Array): void;
}

/** Every volatility by the name recipes call it; each starts before the first bar. */
const START: Readonly<Record<VolatilityName, () => Volatility>> = {
  atr14: () => startTrueRange(14),
  atr50: () => startTrueRange(50),
  deviation20: () => startCloseDeviation(20),
  deviation100: () => startCloseDeviation(100),
};

export function startVolatility(name: VolatilityName): Volatility {
  return START[name]();
}

/** What the distances of a recipe's barriers are counted in; ATR14 too where there are none. */
export function volatilityOf(labels: LabelSpec | null): VolatilityName {
  return labels?.kind === 'triple-barrier' ? (labels.volatility ?? DEFAULT) : DEFAULT;
}

/** The volatility of every bar, in price; NaN before its period is full. O(n). */
export function volatilityPerBar(candles: Candles, name: VolatilityName): Float64Array {
  const out = new Float64Array(candles.close.length);
  startVolatility(name).advance(candles, out);
  return out;
}

/** Wilder's average true range (TA-Lib's ATR). */
function startTrueRange(period: number): Volatility {
  const trueRange = DERIVATIONS.trueRange.start();
  const ranges = new WilderSum(period);
  return {
    advance(bars, out) {
      const count = bars.close.length;
      trueRange(bars, out);
      ranges.advance(out, out, count);
      for (let i = 0; i < count; i++) out[i] /= period;
    },
  };
}

/** Population deviation of the last `period` log returns, times the close. */
function startCloseDeviation(period: number): Volatility {
  const logReturn = DERIVATIONS.logReturn.start();
  const returns = new WindowMoments(period);
  return {
    advance(bars, out) {
      const count = bars.close.length;
      logReturn(bars, out);
      returns.advance(out, new Float64Array(count), out, count);
      for (let i = 0; i < count; i++) out[i] = Math.sqrt(out[i]) * bars.close[i];
    },
  };
}
