import type { Candles } from '../../../contracts/candles.ts';
import { seededRandom } from '../../../statistics/random.ts';

/** Per step, of four a bar: a bar’s range is some multiples of what a trade costs. */
const DEVIATION = 0.004;
const STEPS = 4;
/** In deviations a step: past returns tell the drift, and the drift tells the next ones. */
const DRIFT = 0.45;
const FLIP = 1 / 25;
/** Far from where it began the price turns back sooner: it is to be played for hours. */
const FAR = 0.6;
const FLIP_FAR = 1 / 8;
const START_PRICE = 1_000;

/**
 * An invented market with an edge to be found: its price drifts up and down in turn, for some twenty bars each. Prices have two
 * decimals; open times are only in order.
 */
export function plantedMarket(bars: number, seed: number): Candles {
  const random = seededRandom(seed);
  const uniform = () => (random() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const column = () => new Float64Array(bars);
  const [openTime, open, high, low, close, volume] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  let price = START_PRICE;
  let direction = 1;
  for (let bar = 0; bar < bars; bar++) {
    const away = Math.log(price / START_PRICE) * direction;
    if (uniform() < (away > FAR ? FLIP_FAR : FLIP)) direction = -direction;
    openTime[bar] = bar * 1_000;
    open[bar] = cents(price);
    let [top, bottom] = [price, price];
    for (let step = 0; step < STEPS; step++) {
      price *= Math.exp(DEVIATION * (DRIFT * direction + normal()));
      top = Math.max(top, price);
      bottom = Math.min(bottom, price);
    }
    high[bar] = cents(top);
    low[bar] = cents(bottom);
    close[bar] = cents(price);
    volume[bar] = 100 + 50 * uniform();
  }
  return { openTime, open, high, low, close, volume };
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}
