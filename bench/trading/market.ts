import type { Candles } from '../../contracts/candles.ts';
import { seededRandom } from '../../statistics/random.ts';
import type { LoopbackMarket } from '../../venues/loopback/market.ts';

export const VENUE = 'binance';
export const BAR_MS = 1_000;
/** What the model is trained on, and what is there when trading begins. */
export const HISTORY_BARS = 6_000;
const BARS = 9_000;
const SEED = 7;
/** Per step, of four a bar. */
const DEVIATION = 0.004;
const STEPS = 4;
/** In deviations a step: it climbs for some fifty bars, falls for ten, and each can be told from the bars before. */
const CLIMB = { drift: 0.45, ends: 1 / 50 };
const FALL = { drift: -2.2, ends: 1 / 10 };
const START_PRICE = 1_000;

/** `COIN01USDT`, …; all of them trade the same bars, so that all want to trade at once. */
export function symbolsOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `COIN${String(at + 1).padStart(2, '0')}USDT`);
}

/** Bars with a planted edge that is mostly to the upside: a model that has seen them wants to buy at most closes. */
export function plantedBars(firstOpenTime: number): Candles {
  const random = seededRandom(SEED);
  const uniform = () => (random() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const rows: number[][] = [];
  let price = START_PRICE;
  let phase = CLIMB;
  for (let bar = 0; bar < BARS; bar++) {
    if (uniform() < phase.ends) phase = phase === CLIMB ? FALL : CLIMB;
    // Where the price has gone far it goes back; nothing here lasts.
    const pull = -0.3 * Math.log(price / START_PRICE);
    const path = [price];
    for (let step = 0; step < STEPS; step++) {
      price *= Math.exp(DEVIATION * (phase.drift + pull + normal()));
      path.push(price);
    }
    const [open, high, low, close] = [path[0], Math.max(...path), Math.min(...path), price];
    rows.push([firstOpenTime + bar * BAR_MS, open, high, low, close, 100 + 50 * uniform()]);
  }
  const column = (at: number, digits: number) =>
    Float64Array.from(rows, row => Number(row[at].toFixed(digits)));
  return {
    openTime: column(0, 0),
    open: column(1, 2),
    high: column(2, 2),
    low: column(3, 2),
    close: column(4, 2),
    volume: column(5, 4),
  };
}

export function marketOf(
  symbol: string,
): Pick<LoopbackMarket, 'base' | 'quote' | 'kind' | 'timeframe' | 'tick' | 'lot'> {
  return {
    base: symbol.replace(/USDT$/, ''),
    quote: 'USDT',
    kind: 'spot',
    timeframe: '1s',
    tick: '0.01',
    lot: '0.00001',
  };
}
