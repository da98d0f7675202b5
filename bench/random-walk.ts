import type { Candles } from '../contracts/candles.ts';
import { seededRandom } from '../statistics/random.ts';

/** Minute bars of a price that walks at random; the same on every machine. */
export function randomWalk(bars: number): Candles {
  const random = seededRandom(1);
  const column = () => new Float64Array(bars);
  const candles = {
    openTime: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  const unit = () => random() / 2 ** 32;
  let price = 10_000;
  for (let bar = 0; bar < bars; bar++) {
    candles.openTime[bar] = bar * 60_000;
    candles.open[bar] = price;
    const close = price * (1 + 0.002 * (unit() + unit() + unit() - 1.5));
    candles.high[bar] = Math.max(price, close) * (1 + 0.0005 * unit());
    candles.low[bar] = Math.min(price, close) * (1 - 0.0005 * unit());
    candles.close[bar] = close;
    candles.volume[bar] = unit() * 10;
    price = close;
  }
  return candles;
}
