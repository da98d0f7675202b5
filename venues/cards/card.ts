import type { OrderTerms, OrderType } from '../../contracts/trading.ts';
import type {
  Balance,
  Quote,
  SwapSettings,
  VenueCard,
  VenueFill,
  VenueOrder,
  VenuePosition,
} from '../../contracts/venue.ts';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import type { CodesOf } from '../order-failure.ts';

/**
 * A card with the requests and answers of its venue. Requests go by ccxt's names of endpoints, not by its unified methods:
 * those drop client ids, round half-up, turn a price on a market order into an amount of quote, and make empty lists of what
 * is none. Amounts go out as the strings that came in.
 */
export interface OrderCard extends VenueCard {
  /** ccxt's id of the exchange that it was written for. */
  readonly exchange: string;
  /** Options of ccxt's exchange. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether each request needs a higher number than the last. */
  readonly countsRequests: boolean;
  readonly codesOf: CodesOf;
  /** What else the venue's codes say, of any request. */
  readonly meanings: Readonly<Record<string, AnswerMeaning>>;
  readonly requests: OrderRequests;
}

/**
 * `keys`: the credentials are refused. `clock`: the request's time is. `no-order`: it knows no such order. `gone`: there is nothing to
 * cancel. `symbol`: it knows no such market. `wait`: it was asked too much. `maintenance`: it is not open.
 */
export type AnswerMeaning = 'keys' | 'clock' | 'no-order' | 'gone' | 'symbol' | 'wait' | 'maintenance';

/** Orders as venues take them: exact decimals on the market's steps, and the id in the venue's form. */
export interface PostedOrder extends OrderTerms {
  readonly venueClientId: string;
  readonly sentAt: number;
}

export interface AskedOrder {
  readonly venueClientId: string;
  readonly venueOrderId: string | null;
  readonly type: OrderType;
  readonly sentAt: number;
}

/** An order as a card reads it: the client's id still in the venue's form. */
export interface ReadOrder extends Omit<VenueOrder, 'clientOrderId' | 'symbol'> {
  /** null: the venue told none. */
  readonly venueClientId: string | null;
}

export interface ReadFill extends Omit<VenueFill, 'clientOrderId' | 'symbol'> {
  readonly venueClientId: string | null;
}

/** Each may throw what `VenueQuestion.ask` throws, and nothing repeats a request. */
export interface OrderRequests {
  /** Exactly one request that may change something. What the answer does not tell is taken from the order: open, nothing filled. */
  submit(question: VenueQuestion, order: PostedOrder, market: OrderMarket): Promise<ReadOrder>;
  /** null: the venue says that it knows none. */
  lookUp(question: VenueQuestion, order: AskedOrder, market: OrderMarket): Promise<ReadOrder | null>;
  /** The id, in the venue's form or its own, of what was cancelled; `gone`. */
  cancel(question: VenueQuestion, order: AskedOrder, market: OrderMarket): Promise<CanceledOrder | 'gone'>;
  openOrders(question: VenueQuestion, market: OrderMarket): Promise<readonly ReadOrder[]>;
  recentOrders(question: VenueQuestion, market: OrderMarket, since: number): Promise<readonly ReadOrder[]>;
  fills(question: VenueQuestion, market: OrderMarket, since: number): Promise<readonly ReadFill[]>;
  balances(question: VenueQuestion): Promise<readonly Balance[]>;
  quote(question: VenueQuestion, market: OrderMarket): Promise<Quote>;
  /** Of swaps. */
  readonly swap: {
    positions(question: VenueQuestion): Promise<readonly VenuePosition[]>;
    settings(question: VenueQuestion, market: OrderMarket): Promise<SwapSettings>;
  } | null;
}

/** What an answer to a cancel names; null where it does not. */
export interface CanceledOrder {
  readonly venueClientId: string | null;
  readonly venueOrderId: string | null;
}
