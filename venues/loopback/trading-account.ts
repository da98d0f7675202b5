import { AlphaloomError } from '../../contracts/errors.ts';
import type { Journal } from './journal.ts';
import type { ListedMarket } from './listed-market.ts';
import { Book } from './orders/book.ts';
import type { BarRow, BookEvent, MarketStatus } from './orders/book-event.ts';
import { Matching, type MatchingSettings } from './orders/matching.ts';
import { OrderDesk } from './orders/order-desk.ts';
import { VenueRefusal } from './refusal.ts';
import type { ApiKey } from './signature.ts';

export interface AccountSettings {
  /** What it begins with, by coin: `{ USDT: '10000' }`. */
  readonly balances: Readonly<Record<string, string>>;
  readonly keys: readonly ApiKey[];
  readonly matching?: Partial<MatchingSettings>;
  /** A new order is invisible to queries for so long. */
  readonly queryLagMs?: number;
  /** The book on disk; events of an earlier process are taken up. */
  readonly journal?: Journal<unknown>;
}

const DEFAULT_MATCHING: MatchingSettings = {
  spreadTicks: 1,
  makerFee: '0.001',
  takerFee: '0.001',
  makerShare: null,
  takerShare: null,
};

/** The exchange's one account: book, orders, keys, and what is written of them. */
export class TradingAccount {
  readonly book: Book;
  readonly desk: OrderDesk;
  readonly matching: MatchingSettings;
  queryLagMs: number;
  readonly #markets: readonly ListedMarket[];
  readonly #engine: Matching;
  readonly #keys: ReadonlyMap<string, ApiKey>;
  readonly #revoked = new Set<string>();
  readonly #journal: Journal<unknown> | undefined;
  #turn: BookEvent[] = [];

  /** @throws AlphaloomError STORE_UNREADABLE where the journal names markets that are not listed */
  constructor(settings: AccountSettings, markets: readonly ListedMarket[]) {
    this.#markets = markets;
    this.book = new Book(symbol => this.#listed(symbol).pair);
    this.matching = { ...DEFAULT_MATCHING, ...settings.matching };
    this.queryLagMs = settings.queryLagMs ?? 0;
    this.#keys = new Map(settings.keys.map(key => [key.apiKey, key]));
    this.#engine = new Matching(this.book, this.matching, event => this.#record(event));
    this.desk = new OrderDesk(this.book, this.#engine, event => this.#record(event));
    this.#journal = settings.journal;
    const earlier = settings.journal?.events ?? [];
    for (const event of earlier) this.#apply(event);
    if (earlier.length === 0)
      for (const [asset, amount] of Object.entries(settings.balances)) this.deposit(asset, amount);
  }

  /** Follows all markets up to `now`, then does the work; all that happened is on disk when it returns, or throws. */
  turn<T>(now: number, work: () => T): T {
    const before = new Map(this.book.positions);
    try {
      for (const { bars } of this.#markets) bars.extendTo(now);
      this.#engine.advance(this.#markets, now);
      return work();
    } finally {
      this.#commit(before);
    }
  }

  /** @throws VenueRefusal -1121 */
  market(symbol: string): ListedMarket {
    const found = this.#markets.find(market => market.symbol === symbol && market.status !== 'DELISTED');
    if (!found) throw new VenueRefusal(-1121, 'Invalid symbol.');
    return found;
  }

  /** A key that is valid now. */
  key(apiKey: string): ApiKey | undefined {
    return this.#revoked.has(apiKey) ? undefined : this.#keys.get(apiKey);
  }

  /** Adds coins from nowhere (takes them, if negative). */
  deposit(asset: string, amount: string): void {
    this.#single({ kind: 'deposited', time: this.book.lastTime, asset, amount });
  }

  setKey(apiKey: string, isValid: boolean): void {
    this.#single({ kind: 'key', apiKey, isValid });
  }

  /** Orders of a market that is delisted are canceled. @throws AlphaloomError SYMBOL_UNKNOWN */
  setStatus(symbol: string, status: MarketStatus, now: number): void {
    this.#requireListed(symbol);
    this.turn(now, () => {
      if (status === 'DELISTED')
        for (const { orderId } of this.book.openOrders(symbol))
          this.#record({ kind: 'canceled', time: Math.max(now, this.book.lastTime), orderId });
      this.#record({ kind: 'status', symbol, status });
    });
  }

  /** Adds bars at the end of a market's. @throws AlphaloomError SYMBOL_UNKNOWN, USAGE (it goes on by itself) */
  feed(symbol: string, rows: readonly BarRow[]): void {
    if (this.#requireListed(symbol).market.barAt)
      throw new AlphaloomError('USAGE', `The bars of ${symbol} go on by themselves; none can be added.`, {
        symbol,
      });
    this.#single({ kind: 'fed', symbol, rows });
  }

  close(): void {
    this.#journal?.close();
  }

  #single(event: BookEvent): void {
    this.#record(event);
    this.#commit(this.book.positions);
  }

  #record(event: BookEvent): void {
    this.#apply(event);
    this.#turn.push(event);
  }

  #apply(event: BookEvent): void {
    this.book.apply(event);
    if (event.kind === 'fed') this.#listed(event.symbol).bars.append(event.rows);
    if (event.kind === 'status') this.#listed(event.symbol).status = event.status;
    if (event.kind === 'key') {
      if (event.isValid) this.#revoked.delete(event.apiKey);
      else this.#revoked.add(event.apiKey);
    }
  }

  /** How far the paths were followed is written beside what happened; alone it can be found out anew. */
  #commit(before: ReadonlyMap<string, unknown>): void {
    const events = this.#turn;
    if (events.length === 0) return;
    this.#turn = [];
    const moved = [...this.book.positions]
      .filter(([symbol, position]) => before.get(symbol) !== position)
      .map(([symbol, position]) => ({ kind: 'moved', symbol, position }) as const);
    this.#journal?.append([...events, ...moved]);
  }

  #requireListed(symbol: string): ListedMarket {
    const found = this.#markets.find(market => market.symbol === symbol);
    if (found) return found;
    const listed = this.#markets.map(market => market.symbol);
    throw new AlphaloomError('SYMBOL_UNKNOWN', `${symbol} is not listed; listed are ${listed.join(', ')}.`, {
      symbol,
      listed,
    });
  }

  #listed(symbol: string): ListedMarket {
    const found = this.#markets.find(market => market.symbol === symbol);
    if (!found) {
      throw new AlphaloomError('STORE_UNREADABLE', `The journal speaks of ${symbol}, which is not listed.`, {
        symbol,
      });
    }
    return found;
  }
}
