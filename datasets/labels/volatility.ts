import type { Candles } from '../../contracts/candles.ts';
import type { LabelSpec, VolatilityName } from '../../contracts/labels.ts';
import { logReturn } from '../../features/kernels/derived.ts';
import { RollingMoments } from '../../features/kernels/rolling.ts';
import { AverageTrueRange } from '../../features/kernels/volatility.ts';

const DEFAULT: VolatilityName = 'atr14';

/** The volatility of the last bar pushed, in price; NaN before its period is full. */
export interface Volatility {
  readonly value: number;
  push(high: number, low: number, close: number): void;
}

/** Every volatility by the name recipes call it; each starts before the first bar. */
const START: Readonly<Record<VolatilityName, () => Volatility>> = {
  atr14: () => new AverageTrueRange(14),
  atr50: () => new AverageTrueRange(50),
  deviation20: () => new CloseDeviation(20),
  deviation100: () => new CloseDeviation(100),
};

export function startVolatility(name: VolatilityName): Volatility {
  return START[name]();
}

/** What the distances of a recipe's barriers are counted in; ATR14 too where there are none. */
export function volatilityOf(labels: LabelSpec | null): VolatilityName {
  return labels?.kind === 'triple-barrier' ? (labels.volatility ?? DEFAULT) : DEFAULT;
}

/** The volatility of every bar, in price; NaN before its period is full. O(n). */
export function volatilityPerBar({ high, low, close }: Candles, name: VolatilityName): Float64Array {
  const volatility = startVolatility(name);
  const out = new Float64Array(close.length);
  for (let i = 0; i < out.length; i++) {
    volatility.push(high[i], low[i], close[i]);
    out[i] = volatility.value;
  }
  return out;
}

/** Population deviation of the last `period` log returns, times the close. */
class CloseDeviation implements Volatility {
  value = Number.NaN;
  readonly #returns: RollingMoments;
  #before = Number.NaN;

  constructor(period: number) {
    this.#returns = new RollingMoments(period);
  }

  push(_high: number, _low: number, close: number): void {
    if (!Number.isNaN(this.#before)) this.#returns.push(logReturn(close, this.#before));
    this.#before = close;
    this.value = Math.sqrt(this.#returns.variance) * close;
  }
}
