import type { AcceptedOrder, Trade } from './order.ts';

export type MarketStatus = 'TRADING' | 'BREAK' | 'HALT' | 'DELISTED';

/** Open time, open, high, low, close, volume. */
export type BarRow = readonly [number, number, number, number, number, number];

/** All that changes the exchange's book: applied one after the other to an empty book, they give the book again. */
export type BookEvent =
  | { readonly kind: 'deposited'; readonly time: number; readonly asset: string; readonly amount: string }
  | { readonly kind: 'placed'; readonly time: number; readonly order: AcceptedOrder }
  | { readonly kind: 'triggered'; readonly time: number; readonly orderId: number }
  | {
      readonly kind: 'filled';
      readonly time: number;
      readonly trade: Trade;
      /** The step of the price's path whose volume it took. */
      readonly step: PathPosition;
    }
  | { readonly kind: 'canceled' | 'expired'; readonly time: number; readonly orderId: number }
  /** How far a market's path has been traded. */
  | { readonly kind: 'moved'; readonly symbol: string; readonly position: PathPosition }
  | { readonly kind: 'fed'; readonly symbol: string; readonly rows: readonly BarRow[] }
  | { readonly kind: 'status'; readonly symbol: string; readonly status: MarketStatus }
  | { readonly kind: 'key'; readonly apiKey: string; readonly isValid: boolean };

/** A step of a bar's path: the bar by its open time, and which of its steps. */
export interface PathPosition {
  readonly openTime: number;
  readonly step: number;
}
