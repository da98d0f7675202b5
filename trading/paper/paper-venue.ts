import type { Candles } from '../../contracts/candles.ts';
import type { Market } from '../../contracts/market.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { digits } from '../deciding/account-orders.ts';
import type { TradedBars } from '../deciding/traded-bars.ts';
import type { Lease } from '../ledger/ledger.ts';
import type { PaperStore } from '../ledger/paper-store.ts';
import type { AccountRecord } from '../ledger/records.ts';
import type {
  Balance,
  CancelOutcome,
  OrderReference,
  Quote,
  SubmitOutcome,
  SubmittedOrder,
  SwapSettings,
  Venue,
  VenueCard,
  VenueFill,
  VenueOrder,
  VenuePosition,
} from '../venue.ts';
import { paperCard } from './paper-card.ts';
import { PaperEngine, type PlayedNews } from './paper-engine.ts';
import { accepted, inBase, type PaperOrder } from './paper-orders.ts';
import { type PaperState, symbolsOf } from './paper-state.ts';

export interface PaperParts {
  readonly record: AccountRecord;
  readonly store: PaperStore;
  lease(): Lease;
  readonly bars: TradedBars;
  market(symbol: string): Promise<Market>;
  /** The venue's clock. */
  now(): Promise<number>;
  /** Last close that the ledger knows of; null before the first. */
  lastCloseTime(): number | null;
  /** Whether a symbol's position leaves at the last close, instead of at the next open: while it is flattened. */
  isFlattened(symbol: string): boolean;
}

/** Closes after which the engine's state is written down though nothing was ordered: a restart plays these bars again. */
const WRITTEN_EVERY = 200;

interface Opened {
  engine: PaperEngine;
  readonly markets: ReadonlyMap<string, Market>;
  revision: number;
  closesSinceWritten: number;
}

/**
 * The backtest's matching engine as an account's venue. Orders rest until the next bar; bars are played when the account
 * says that they have closed. What is ordered is written down with the engine's state; bars are not: the same bars after the
 * same orders always bring the same fills.
 */
export class PaperVenue implements Venue {
  readonly card: VenueCard;
  readonly clockOffsetMs = 0;
  readonly #parts: PaperParts;
  #opening: Promise<Opened> | null = null;
  /** What bars have brought and the ledger does not have yet. */
  #news: PlayedNews = NO_NEWS;
  /** One thing after the other: each step builds on the engine as the last one left it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: PaperParts) {
    this.#parts = parts;
    this.card = paperCard(parts.record.kind);
  }

  now(): Promise<number> {
    return this.#parts.now();
  }

  market(symbol: string): Promise<Market> {
    return this.#parts.market(symbol);
  }

  /** Plays all bars that closed by this time and were not played yet; those of before the account's first close are not. */
  advance(closeTime: number): Promise<void> {
    return this.#inTurn(async opened => {
      const { engine } = opened;
      const { throughTime } = engine;
      if (throughTime !== null && throughTime >= closeTime) return;
      const isWritten = opened.closesSinceWritten < WRITTEN_EVERY || isNews(this.#news);
      if (!isWritten) await this.#write(opened, NO_NEWS, engine.state());
      const news = engine.play(await this.#barsAfter(throughTime, closeTime, engine), closeTime);
      opened.closesSinceWritten++;
      if (!isNews(news)) return;
      await this.#write(opened, news, null);
      this.#news = joined(this.#news, news);
    });
  }

  /** Hands over what bars have brought; what could not be taken is handed over again. */
  report(take: (news: PlayedNews) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (!isNews(this.#news)) return;
      await take(this.#news);
      this.#news = NO_NEWS;
    });
  }

  /** A halt was acknowledged. */
  resumeLimits(): Promise<void> {
    return this.#inTurn(async opened => {
      opened.engine.resumeLimits();
      await this.#write(opened, NO_NEWS, opened.engine.state());
    });
  }

  /** The engine as it stands. */
  read<Value>(look: (engine: PaperEngine) => Value): Promise<Value> {
    return this.#inTurn(async ({ engine }) => look(engine));
  }

  submit(order: SubmittedOrder): Promise<SubmitOutcome> {
    return this.#inTurn(async (opened): Promise<SubmitOutcome> => {
      const { engine, markets } = opened;
      const { account } = this.#parts.record;
      const known = this.#parts.store.order(account, order.clientOrderId);
      if (known !== null) return { kind: 'unknown', code: 'DUPLICATE_ID', duplicate: true };
      const resting = engine.resting(order.symbol);
      const market = markets.get(order.symbol);
      if (market === undefined) return refused('symbol-closed', 'NOT_TRADED');
      const placed = accepted(order, order.sentAt);
      const leavesNow = this.#parts.isFlattened(order.symbol);
      if (order.reduceOnly || leavesNow) {
        if (resting.positionOrder === null) return refused('reduce-only', 'NO_POSITION');
        if (leavesNow) {
          const news = await this.#leave(opened, order.symbol, placed);
          const left = news.orders.find(({ clientOrderId }) => clientOrderId === order.clientOrderId);
          return { kind: 'accepted', order: left ?? placed.order };
        }
        const entry = engine.withdraw(order.symbol);
        engine.place(order.symbol, placed, { kind: 'exit' });
        await this.#write(
          opened,
          { ...NO_NEWS, orders: [...(entry ? [entry] : []), placed.order] },
          engine.state(),
        );
      } else {
        const { plan, price } = order;
        if (plan === null) return refused('filter', 'NO_PLAN');
        if (resting.entry !== null) return refused('other', 'ENTRY_RESTS');
        engine.place(order.symbol, placed, {
          kind: 'enter',
          side: order.side === 'buy' ? 'LONG' : 'SHORT',
          quantity: inBase(order.quantity, market),
          order:
            price === null
              ? { kind: 'market' }
              : { kind: 'limit', price: Number(price), validBars: plan.validBars ?? 1 },
          exits: plan.exits,
        });
        await this.#write(opened, { ...NO_NEWS, orders: [placed.order] }, engine.state());
      }
      return { kind: 'accepted', order: placed.order };
    });
  }

  /** An exit can't be taken back from the engine; while its symbol is flattened it does not wait for a bar any more. */
  cancel({ symbol, clientOrderId }: OrderReference): Promise<CancelOutcome> {
    return this.#inTurn(async (opened): Promise<CancelOutcome> => {
      const { engine } = opened;
      const { exit } = engine.resting(symbol);
      if (exit?.order.clientOrderId === clientOrderId && this.#parts.isFlattened(symbol)) {
        await this.#leave(opened, symbol, exit);
        return { kind: 'gone' };
      }
      if (engine.resting(symbol).entry?.order.clientOrderId !== clientOrderId) return { kind: 'gone' };
      const order = engine.withdraw(symbol);
      await this.#write(opened, { ...NO_NEWS, orders: order ? [order] : [] }, engine.state());
      return { kind: 'canceled' };
    });
  }

  async lookUp({ clientOrderId }: OrderReference): Promise<VenueOrder | null> {
    return this.#parts.store.order(this.#parts.record.account, clientOrderId);
  }

  async openOrders(symbol: string): Promise<readonly VenueOrder[]> {
    return (await this.recentOrders(symbol, 0)).filter(({ status }) => status === 'open');
  }

  async recentOrders(symbol: string, since: number): Promise<readonly VenueOrder[]> {
    return this.#parts.store.orders(this.#parts.record.account, symbol, since);
  }

  async fills(symbol: string, since: number): Promise<readonly VenueFill[]> {
    return this.#parts.store.fills(this.#parts.record.account, symbol, since);
  }

  balances(): Promise<readonly Balance[]> {
    return this.#inTurn(async ({ engine, markets }) => {
      const { account, symbols } = engine.state().simulation;
      const held = engine.state().symbols.map(({ symbol }, at) => {
        const { side, quantity } = symbols[at].position;
        return { currency: markets.get(symbol)!.base, free: digits(side > 0 ? quantity : 0), locked: '0' };
      });
      return [{ currency: this.#parts.record.quote, free: digits(account.cash), locked: '0' }, ...held];
    });
  }

  positions(): Promise<readonly VenuePosition[]> {
    if (this.#parts.record.kind === 'spot') return Promise.resolve([]);
    return this.#inTurn(async ({ engine }) => {
      const { symbols, simulation } = engine.state();
      return symbols.flatMap(({ symbol }, at) => {
        const { side, quantity, entryPrice } = simulation.symbols[at].position;
        if (side === 0) return [];
        return [
          { symbol, quantity: digits(side * quantity), entryPrice: digits(entryPrice), leverage: null },
        ];
      });
    });
  }

  quote(symbol: string): Promise<Quote> {
    return this.#inTurn(async ({ engine }) => {
      const { symbols, simulation } = engine.state();
      const { close, time } = simulation.symbols[symbols.findIndex(each => each.symbol === symbol)].last;
      const last = digits(close);
      return { bid: last, ask: last, last, time };
    });
  }

  /** What the engine reckons with. */
  swapSettings(): Promise<SwapSettings | null> {
    const { kind, policy } = this.#parts.record;
    if (kind === 'spot') return Promise.resolve(null);
    return Promise.resolve({
      positionMode: 'one-way',
      marginMode: 'isolated',
      leverage: String(policy.maxLeverage),
    });
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => {});
  }

  async #leave(opened: Opened, symbol: string, placed: PaperOrder): Promise<PlayedNews> {
    const news = opened.engine.leave(symbol, placed);
    await this.#write(opened, news, opened.engine.state());
    return news;
  }

  /** A step that failed half-way leaves an engine that nobody has written down: the next one reads it anew. */
  #inTurn<Value>(work: (opened: Opened) => Promise<Value>): Promise<Value> {
    const step = async (): Promise<Value> => {
      this.#opening ??= this.#open();
      try {
        return await work(await this.#opening);
      } catch (error) {
        this.#opening = null;
        throw error;
      }
    };
    const mine = this.#turn.then(step, step);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #open(): Promise<Opened> {
    const { record, store, market } = this.#parts;
    const found = store.read(record.account);
    const state = (found?.state ?? null) as PaperState | null;
    const symbols = symbolsOf(record.symbols, state);
    const markets = new Map<string, Market>();
    for (const { symbol } of symbols) markets.set(symbol, await market(symbol));
    const { policy, costs, capital } = record;
    const terms = { symbols, markets, policy, costs, capital: Number(capital) };
    const engine = new PaperEngine(terms, state);
    await this.#catchUp(engine);
    return {
      engine,
      markets,
      revision: found?.revision ?? 0,
      closesSinceWritten: 0,
    };
  }

  /** Plays again what was played since the state was written; what that brought is told again, and booked once. */
  async #catchUp(engine: PaperEngine): Promise<void> {
    const last = this.#parts.lastCloseTime();
    const { throughTime } = engine;
    if (throughTime === null || last === null || last <= throughTime) return;
    this.#news = joined(this.#news, engine.play(await this.#barsAfter(throughTime, last, engine), last));
  }

  /** @param state what to go on from after a restart; null: as it was written last */
  async #write(opened: Opened, { fills, orders }: PlayedNews, state: PaperState | null): Promise<void> {
    const { store, lease, record } = this.#parts;
    const { simulation, symbols } = opened.engine.state();
    const positions = symbols.map(({ symbol }, at) => {
      const { side, quantity } = simulation.symbols[at].position;
      return [symbol, side * quantity] as const;
    });
    await store.write(lease(), record.account, {
      state: state ?? store.read(record.account)?.state ?? null,
      revision: opened.revision,
      fills,
      orders,
      holdings: { cash: simulation.account.cash, positions: Object.fromEntries(positions) },
    });
    opened.revision++;
    if (state !== null) opened.closesSinceWritten = 0;
  }

  async #barsAfter(
    throughTime: number | null,
    closeTime: number,
    engine: PaperEngine,
  ): Promise<ReadonlyMap<string, Candles>> {
    const { bars, record } = this.#parts;
    const read = await Promise.all(
      engine.symbols.map(async ({ symbol, timeframe }) => {
        const barMs = TIMEFRAME_MS[timeframe];
        const after = (throughTime ?? closeTime - 1) - barMs;
        return [
          symbol,
          await bars.between({ venue: record.venue, symbol, timeframe }, after, closeTime),
        ] as const;
      }),
    );
    return new Map(read);
  }
}

const NO_NEWS: PlayedNews = { fills: [], orders: [], funding: [] };

function isNews({ fills, orders, funding }: PlayedNews): boolean {
  return fills.length > 0 || orders.length > 0 || funding.length > 0;
}

/** The later news of an order counts. */
function joined(before: PlayedNews, after: PlayedNews): PlayedNews {
  const orders = new Map([...before.orders, ...after.orders].map(order => [order.venueOrderId, order]));
  return {
    fills: [...before.fills, ...after.fills],
    orders: [...orders.values()],
    funding: [...before.funding, ...after.funding],
  };
}

function refused(
  code: Extract<SubmitOutcome, { kind: 'rejected' }>['code'],
  venueCode: string,
): SubmitOutcome {
  return { kind: 'rejected', code, venueCode };
}
