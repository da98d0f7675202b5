import type { ExitReason } from './backtest.ts';

/** An order that was filled, wholly or in part, as the matching engine reports it. Quantities in base, prices in quote. */
export interface Fill {
  readonly symbol: string;
  /** Open time of its bar, epoch ms, and that bar's count in the series. */
  readonly time: number;
  readonly bar: number;
  /** Where in the bar. */
  readonly moment: 'open' | 'within' | 'close';
  readonly side: 'buy' | 'sell';
  /** 0 where nothing but dust is booked out. */
  readonly quantity: number;
  /** As paid: spread and slippage included. */
  readonly price: number;
  /** As the market showed it. */
  readonly shownPrice: number;
  /** ≥ 0, in `feeCurrency`; dust that is booked out is not in it. */
  readonly fee: number;
  readonly feeCurrency: 'quote' | 'base';
  readonly isMaker: boolean;
  readonly reason: 'entry' | ExitReason;
  /** Which target, counted from the nearest; null: none. */
  readonly target: 1 | 2 | 3 | null;
  /** Bar at whose close the entry of this position was decided, and its open time, epoch ms. */
  readonly signalBar: number;
  readonly signalTime: number;
  /** First fill of a position. */
  readonly opens: boolean;
  /** What its order still wants after it: of an entry, a target, or the exit. */
  readonly orderRemaining: number;
  /** What the position holds after it; 0: it has ended. */
  readonly positionRemaining: number;
  /** Base under the lot that was booked out with it as a fee, worth `dust × price`. */
  readonly dust: number;
}
