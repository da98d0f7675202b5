import type { Candles } from '../../contracts/candles.ts';
import { seededRandom } from '../../statistics/random.ts';

const HOUR = 3_600_000;
const START = 1_500_000_000_000 - (1_500_000_000_000 % HOUR);
/** Per step, of four a bar. */
const DEVIATION = 0.004;
const STEPS = 4;

/**
 * Hourly bars whose price drifts up or down for days on end, `drift` deviations a step: past returns tell the drift, and the
 * drift tells the next ones. An edge that any sound model finds.
 */
export function trendingMarket(bars: number, drift: number, seed = 3): Candles {
  const random = seededRandom(seed);
  const uniform = () => (random() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const column = () => new Float64Array(bars);
  const candles = {
    openTime: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let price = 1_000;
  let direction = 1;
  for (let bar = 0; bar < bars; bar++) {
    if (uniform() < 1 / 120) direction = -direction;
    candles.openTime[bar] = START + bar * HOUR;
    candles.open[bar] = price;
    let [high, low] = [price, price];
    for (let step = 0; step < STEPS; step++) {
      price *= Math.exp(DEVIATION * (drift * direction + normal()));
      high = Math.max(high, price);
      low = Math.min(low, price);
    }
    candles.high[bar] = high;
    candles.low[bar] = low;
    candles.close[bar] = price;
    candles.volume[bar] = 10 + 5 * uniform();
  }
  return candles;
}
