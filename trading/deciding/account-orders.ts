import { Decimal } from 'decimal.js';
import type { SymbolDecision } from '../../contracts/close-decision.ts';
import type { EnterIntent, PositionView } from '../../contracts/intents.ts';
import type { Market } from '../../contracts/market.ts';
import type { Timeframe } from '../../contracts/series.ts';
import { venueOrder } from '../../strategy/venue-order.ts';
import type { PlannedOrder } from '../ledger/records.ts';

/** What a decision is turned into orders with. */
export interface DecidedSymbol {
  readonly account: string;
  readonly timeframe: Timeframe;
  readonly barTime: number;
  /** Of the bar, in quote. */
  readonly close: number;
  readonly market: Market;
  readonly position: PositionView | null;
  /** Entries are not sent after it. */
  readonly validUntil: number;
}

/** A decision's entry and exit as orders on the venue's steps, in exact decimals. Entries that are withdrawn are no orders. */
export function ordersOf({ symbol, intents }: SymbolDecision, decided: DecidedSymbol): PlannedOrder[] {
  const key = {
    account: decided.account,
    symbol,
    timeframe: decided.timeframe,
    barTime: decided.barTime,
    attempt: 1,
  };
  const decisionPrice = digits(decided.close);
  const orders: PlannedOrder[] = [];
  for (const intent of intents) {
    if (intent.kind === 'exit' && decided.position !== null && !decided.position.leaving) {
      orders.push({
        ...exitOf(decided.position, decided.market),
        key: { ...key, leg: 'exit' },
        decisionPrice,
      });
    }
    if (intent.kind === 'enter') {
      const { validUntil } = decided;
      orders.push({ ...entryOf(intent, decided), key: { ...key, leg: 'entry' }, decisionPrice, validUntil });
    }
  }
  return orders;
}

type Unnamed = Omit<PlannedOrder, 'key' | 'decisionPrice'>;

/** All that is held, at market; the sending transaction takes what the ledger holds by then. */
function exitOf({ side, quantity }: PositionView, market: Market): Unnamed {
  return {
    terms: {
      side: side === 'LONG' ? 'sell' : 'buy',
      type: 'market',
      quantity: venueOrder({ quantity, limitPrice: null }, market).quantity,
      price: null,
      stopPrice: null,
      reduceOnly: true,
    },
    validUntil: null,
    plan: null,
    worstCaseNotional: null,
  };
}

function entryOf(
  { side, quantity, order, exits }: EnterIntent,
  { market, close }: DecidedSymbol,
): Omit<Unnamed, 'validUntil'> {
  const limitPrice = order.kind === 'limit' ? order.price : null;
  const rounded = venueOrder({ quantity, limitPrice }, market);
  return {
    terms: {
      side: side === 'LONG' ? 'buy' : 'sell',
      type: order.kind,
      quantity: rounded.quantity,
      price: rounded.price,
      stopPrice: null,
      reduceOnly: false,
    },
    plan: { exits, validBars: order.kind === 'limit' ? order.validBars : null },
    worstCaseNotional: new Decimal(rounded.quantity)
      .times(market.contractSize ?? 1)
      .times(rounded.price ?? digits(close))
      .toFixed(),
  };
}

/** A float in plain digits: the shortest that is read back as the same. */
export function digits(value: number): string {
  return new Decimal(value).toFixed();
}
