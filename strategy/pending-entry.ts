import type { EntryOrder, ExitPlan } from '../contracts/intents.ts';

/** An entry that is decided and not filled yet. */
export class PendingEntry {
  /** 1 buys, −1 sells, 0: there is none. */
  side = 0;
  /** In base. */
  wanted = 0;
  filled = 0;
  /** In quote; 0: at market. */
  limit = 0;
  signalBar = 0;
  /** Open time of that bar. */
  signalTime = 0;
  /** Last bar in which it may fill. */
  lastBar = 0;
  /** Bar of its last fill: an order fills once per bar. */
  fillBar = -1;
  plan: ExitPlan | null = null;

  /** @param bar at whose close it was decided, with its open time */
  place(
    side: number,
    quantity: number,
    order: EntryOrder,
    limit: number,
    plan: ExitPlan,
    { bar, lastTime }: { readonly bar: number; readonly lastTime: number },
  ): void {
    this.side = side;
    this.wanted = quantity;
    this.filled = 0;
    this.limit = limit;
    this.signalBar = bar;
    this.signalTime = lastTime;
    const valid = order.kind === 'limit' ? order.validBars : Number.MAX_SAFE_INTEGER;
    this.lastBar = Math.min(
      Number.MAX_SAFE_INTEGER,
      bar + Math.min(valid, plan.maxBars ?? Number.MAX_SAFE_INTEGER),
    );
    this.fillBar = -1;
    this.plan = plan;
  }

  withdraw(): void {
    this.side = 0;
  }
}
