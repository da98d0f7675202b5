import { AlphaloomError } from '../../contracts/errors.ts';
import type { RejectionCode, SubmitOutcome, Venue, VenueCard } from '../../trading/venue.ts';
import type { FakeExchange } from './fake-exchange.ts';
import type { PlayedClock } from './played-clock.ts';

/** What becomes of a request: `lost` before it acted, `cut` after it. */
export type Fault = 'lost' | 'cut' | { readonly delayMs: number } | null;

const REJECTIONS: Record<string, RejectionCode> = {
  balance: 'insufficient-balance',
  filter: 'filter',
  expired: 'expired-request',
  'would-trigger': 'would-trigger',
};

export const CARD: VenueCard = {
  name: 'fake',
  kind: 'spot',
  clientId: { encode: id => id, decode: id => id },
  idsUnique: 'open',
  findsByClientId: true,
  requestExpiryMs: 5_000,
  rejections: {},
  stops: 'market',
  exits: 'legs',
  stopLocksBalance: true,
  testedAgainst: 'loopback',
  quirks: [],
};

export interface FakeVenueParts {
  readonly exchange: FakeExchange;
  readonly clock: PlayedClock;
  /** What happens to the next request of a name. */
  fault(request: string): Fault;
  readonly card?: Partial<VenueCard>;
}

/** A venue’s requests on a fake exchange, each with what may befall it. */
export function fakeVenue({ exchange, clock, fault, card }: FakeVenueParts): Venue {
  const visible = (time: number) => clock.now() >= time + exchange.lagMs;
  async function request<Answer>(name: string, act: () => Answer): Promise<Answer> {
    exchange.tick();
    const befalls = fault(name);
    if (befalls === 'lost') throw unreachable(name);
    const answer = act();
    if (befalls === 'cut') throw unreachable(name);
    if (befalls !== null) await clock.sleep(befalls.delayMs);
    return answer;
  }
  return {
    card: { ...CARD, ...card },
    clockOffsetMs: 0,
    now: async () => clock.now(),
    market: async symbol => ({ ...exchange.market, symbol }),
    async submit(order) {
      try {
        return await request('submit', (): SubmitOutcome => {
          const placed = exchange.post(order);
          if (placed === 'duplicate') return { kind: 'unknown', code: placed, duplicate: true };
          if (typeof placed === 'string')
            return { kind: 'rejected', code: REJECTIONS[placed], venueCode: placed };
          return { kind: 'accepted', order: exchange.shown(placed) };
        });
      } catch {
        return { kind: 'unknown', code: 'VENUE_UNREACHABLE', duplicate: false };
      }
    },
    lookUp: ({ clientOrderId }) =>
      request('lookUp', () => {
        const placed = exchange.find(clientOrderId);
        return placed !== undefined && visible(placed.time) ? exchange.shown(placed) : null;
      }),
    async cancel({ clientOrderId }) {
      try {
        return await request(
          'cancel',
          () => ({ kind: exchange.cancel(clientOrderId) ? 'canceled' : 'gone' }) as const,
        );
      } catch {
        return { kind: 'unknown', code: 'VENUE_UNREACHABLE' };
      }
    },
    openOrders: symbol =>
      request('openOrders', () =>
        exchange.orders
          .filter(({ status, time, order }) => order.symbol === symbol && status === 'open' && visible(time))
          .map(placed => exchange.shown(placed)),
      ),
    recentOrders: (symbol, since) =>
      request('recentOrders', () =>
        exchange.orders
          .filter(({ time, order }) => order.symbol === symbol && time >= since && visible(time))
          .map(placed => exchange.shown(placed)),
      ),
    fills: (symbol, since) =>
      request('fills', () =>
        exchange.trades.filter(
          trade => trade.symbol === symbol && trade.time >= since && clock.now() >= trade.shownTime,
        ),
      ),
    balances: () =>
      request('balances', () =>
        ['BTC', 'USDT'].map(currency => ({
          currency,
          free: exchange.free(currency).toFixed(),
          locked: exchange.locked(currency).toFixed(),
        })),
      ),
    positions: async () => [],
    quote: () =>
      request('quote', () => {
        const price = String(exchange.price);
        return { bid: price, ask: price, last: price, time: clock.now() };
      }),
    swapSettings: async () => null,
    close: async () => {},
  };
}

function unreachable(request: string): AlphaloomError {
  return new AlphaloomError('VENUE_UNREACHABLE', `The fake exchange did not answer ${request}.`, { request });
}
