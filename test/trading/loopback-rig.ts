import type { TestContext } from 'node:test';
import { Decimal } from 'decimal.js';
import type { LoopbackTradingExchange } from '../../venues/loopback/exchange.ts';
import { isOpen, isStop } from '../../venues/loopback/orders/order.ts';
import { barsFrom, type TradingSetUp } from '../support/trading-exchange.ts';
import { loopbackVenue } from './ccxt/loopback-venue.ts';
import { PlayedClock } from './played-clock.ts';
import { MINUTE, type Rig, rigOf, START, SYMBOL } from './rig.ts';
import type { Truth, World } from './world.ts';

const SECOND = 1_000;
const OWN_COINS = '1';

export interface LoopbackRig extends Rig {
  readonly exchange: LoopbackTradingExchange;
}

export interface LoopbackRigOptions {
  readonly market?: TradingSetUp['market'];
  readonly others?: TradingSetUp['others'];
  /** Of the exchange’s account. */
  readonly balances?: Readonly<Record<string, string>>;
  /** What the coin costs at first. */
  readonly price?: number;
}

/** An account at the loopback exchange, through the unchanged client of real venues. */
export async function loopbackRig(
  t: TestContext,
  {
    market = {},
    others = [],
    balances = { USDT: '10000', BTC: OWN_COINS },
    price = 100,
  }: LoopbackRigOptions = {},
): Promise<LoopbackRig> {
  const clock = new PlayedClock(START + MINUTE + 100);
  const scene = await loopbackVenue(t, {
    deadlineMs: 1_000,
    bars: [[price, price, price, price]],
    market: { timeframe: '1s', ...market },
    others,
    account: { balances },
    options: { now: clock.now, limits: { ordersPerTenSeconds: 1e6, spotWeightPerMinute: 1e9 } },
    parts: { now: clock.now, monotonicMs: clock.now },
  });
  const { exchange } = scene;
  const world = new LoopbackWorld(exchange, clock, { price, ownCoins: balances.BTC ?? '0' });
  await world.move(price);
  await scene.venue.market(SYMBOL);
  return { ...(await rigOf(t, { clock, world, venue: clock.stoppedBy(scene.venue), policy: {} })), exchange };
}

class LoopbackWorld implements World {
  readonly #exchange: LoopbackTradingExchange;
  readonly #clock: PlayedClock;
  readonly #ownCoins: string;
  #price: number;

  constructor(
    exchange: LoopbackTradingExchange,
    clock: PlayedClock,
    { price, ownCoins }: { readonly price: number; readonly ownCoins: string },
  ) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#price = price;
    this.#ownCoins = ownCoins;
  }

  /** The next whole second’s bar goes there. */
  async move(price: number): Promise<void> {
    const from = this.#price;
    const second = Math.ceil(this.#clock.now() / SECOND + 0.001) * SECOND;
    const bar = [from, Math.max(from, price), Math.min(from, price), price] as const;
    this.#exchange.feed('BTCUSDT', barsFrom(second, '1s', [bar]));
    this.#clock.advance(second + SECOND - this.#clock.now());
    this.#price = price;
    this.#exchange.inspect();
  }

  calm(): void {
    this.#exchange.clearScript();
    this.#exchange.queryLagMs = 0;
  }

  truth(): Truth {
    const { orders, trades, balances, duplicates } = this.#exchange.inspect();
    const { free, locked } = balances.BTC;
    return {
      repeated: duplicates.map(({ clientOrderId }) => clientOrderId),
      tradeIds: trades.map(({ id }) => String(id)),
      coins: new Decimal(free).plus(locked).minus(this.#ownCoins).toFixed(),
      resting: orders
        .filter(order => isOpen(order))
        .map(({ clientOrderId, type, quantity, executed }) => ({
          clientOrderId,
          isStop: isStop(type),
          quantity: new Decimal(String(quantity)).minus(executed).toFixed(),
        })),
    };
  }
}
