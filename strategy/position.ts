import type { ExitPlan } from '../contracts/intents.ts';
import { REASON } from './exit-reasons.ts';
import { NEVER_ABOVE, NEVER_BELOW } from './levels.ts';

/** A position as numbers, filled anew for each one; everything is finite, so that it can be written down. */
export class Position {
  /** 1 long, −1 short, 0 none: then the rest is of no meaning. */
  side = 0;
  /** What is held, in base, ≥ 0. */
  quantity = 0;
  plan: ExitPlan | null = null;
  signalBar = 0;
  signalTime = 0;
  entryBar = 0;
  entryTime = 0;
  /** Entry fills: base before fees in base, base that arrived, quote at shown prices; averages as shown and as paid. */
  entered = 0;
  received = 0;
  enteredShown = 0;
  entryPrice = 0;
  paidPrice = 0;
  /** Exit fills: base, quote at shown prices, average as paid. */
  left = 0;
  leftShown = 0;
  exitPrice = 0;
  /** Quote value, at its fill's price, of base that went as fee or dust. */
  booked = 0;
  exits = 0;
  exitBar = 0;
  exitTime = 0;
  /** Of the last exit, a number of REASON. */
  reason = 0;
  /** Why the whole rest is on its way out at market; 0: it is not. */
  leaving = 0;
  fees = 0;
  spread = 0;
  slippage = 0;
  funding = 0;
  /** What a venue bore because the account could not. */
  forgiven = 0;
  /** Levels; NEVER_BELOW or NEVER_ABOVE where there is none. */
  stop = 0;
  trail = 0;
  /** Furthest price in favour of the bars that count for a trailing stop; 0 before any. */
  best = 0;
  /** The nearest target that is not filled, of `targets`. */
  target = 0;
  readonly targets = [0, 0, 0];
  readonly targetLeft = [0, 0, 0];
  readonly targetBar = [-1, -1, -1];
  /** Bar at whose close it leaves. */
  lastBar = 0;
  /** Last bar in which a limit entry filled: what it reached may have come before. */
  limitBar = -1;

  begin(
    { side, plan, signalBar, signalTime }: BeginningEntry,
    { bar, time }: { readonly bar: number; readonly time: number },
  ): void {
    this.side = side;
    this.plan = plan;
    this.signalBar = signalBar;
    this.signalTime = signalTime;
    this.entryBar = bar;
    this.entryTime = time;
    this.quantity = this.entered = this.received = this.enteredShown = 0;
    this.entryPrice = this.paidPrice = this.exitPrice = 0;
    this.left = this.leftShown = this.booked = this.exits = this.forgiven = 0;
    this.fees = this.spread = this.slippage = this.funding = 0;
    this.reason = this.leaving = REASON.none;
    this.stop = this.trail = side > 0 ? NEVER_BELOW : NEVER_ABOVE;
    this.best = 0;
    this.target = side > 0 ? NEVER_ABOVE : NEVER_BELOW;
    for (let i = 0; i < 3; i++) {
      this.targetLeft[i] = 0;
      this.targetBar[i] = -1;
    }
    this.lastBar = plan!.maxBars === null ? Number.MAX_SAFE_INTEGER : signalBar + plan!.maxBars;
    this.limitBar = -1;
  }
}

/** The entry whose first fill makes a position. */
interface BeginningEntry {
  readonly side: number;
  readonly plan: ExitPlan | null;
  readonly signalBar: number;
  readonly signalTime: number;
}

/** At the prices that the market showed, in quote; base that went as fee or dust counts at what it was booked at. */
export function grossPnl({ side, leftShown, booked, enteredShown, forgiven }: Position): number {
  return side * (leftShown + booked - enteredShown) + forgiven;
}

/** Average price of fills after one more; of one fill alone its price, to the last bit. */
export function averagePrice(average: number, quantity: number, price: number, added: number): number {
  return quantity === 0 ? price : (average * quantity + price * added) / (quantity + added);
}
