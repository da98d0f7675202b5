import type { TestContext } from 'node:test';
import type { Policy } from '../../contracts/policy.ts';
import { type UsdmScene, usdmScene } from './ccxt/usdm-venue.ts';
import { PlayedClock } from './played-clock.ts';
import { MINUTE, type Rig, rigOf, START } from './rig.ts';
import type { BrokenAnswer } from './venue-contract.ts';
import type { Truth, World } from './world.ts';

export interface SwapRig extends Rig, Pick<UsdmScene, 'exchange' | 'trouble'> {}

/** An account at a small USD-M exchange, through the unchanged client of real venues. */
export async function swapRig(
  t: TestContext,
  befalls: (name: string) => BrokenAnswer | null = () => null,
  policy: Partial<Policy> = {},
): Promise<SwapRig> {
  const clock = new PlayedClock(START + MINUTE + 100);
  const { venue, exchange, trouble } = await usdmScene(clock, {}, befalls);
  const world = new SwapWorld(exchange);
  await world.move(100);
  return {
    ...(await rigOf(t, { clock, world, venue: clock.stoppedBy(venue), policy })),
    exchange,
    trouble,
  };
}

class SwapWorld implements World {
  readonly #exchange: UsdmScene['exchange'];

  constructor(exchange: UsdmScene['exchange']) {
    this.#exchange = exchange;
  }

  async move(price: number): Promise<void> {
    this.#exchange.play([price, price, price, price]);
  }

  calm(): void {
    this.#exchange.lagMs = 0;
  }

  truth(): Truth {
    const { orders, stops, trades, position, posts } = this.#exchange;
    return {
      repeated: [...posts].filter(([, times]) => times > 1).map(([id]) => id),
      tradeIds: trades.map(({ id }) => String(id)),
      coins: position.toFixed(),
      resting: [...orders, ...stops]
        .filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED')
        .map(({ clientId, type, quantity }) => ({
          clientOrderId: clientId,
          isStop: type === 'STOP_MARKET',
          quantity,
        })),
    };
  }
}
