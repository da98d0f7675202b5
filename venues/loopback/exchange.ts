import type { Candles } from '../../contracts/candles.ts';
import { ExchangeState, type LoopbackOptions, type ServedRequest } from './exchange-state.ts';
import type { ScriptedFault } from './faults.ts';
import { type Inspection, inspectBook } from './inspection.ts';
import { rowsOf } from './market.ts';
import type { Book } from './orders/book.ts';
import type { MarketStatus } from './orders/book-event.ts';
import { type LoopbackServer, startServer } from './server.ts';
import { type AccountSettings, TradingAccount } from './trading-account.ts';

/** An exchange on this machine that speaks Binance's REST interface, spot (`/api/v3`) and USDⓈ-M (`/fapi/v1`). */
export interface LoopbackExchange {
  /** `http://127.0.0.1:…`: a venue's `host`. */
  readonly address: string;
  readonly requests: readonly ServedRequest[];
  /** Adds faults to come. */
  script(...faults: readonly ScriptedFault[]): void;
  /** Drops those that have not come yet. */
  clearScript(): void;
  /** While true, everything answers 503 and the system's status says so. */
  maintenance: boolean;
  /** While true, only the system's status says so. */
  announcedMaintenance: boolean;
  /** So much is its clock ahead of the one it was given. */
  skewMs: number;
  close(): Promise<void>;
}

/** The same with an account that trades spot markets; its prices follow their bars' paths as time passes. */
export interface LoopbackTradingExchange extends LoopbackExchange {
  /** Its own book as of now, in digits: the truth to compare with. */
  inspect(): Inspection;
  /** The book itself, brought up to now. */
  book(): Book;
  /** A new order is invisible to queries for so long. */
  queryLagMs: number;
  /** Adds bars at the end of a market's, finished ones or such as are to come. */
  feed(symbol: string, candles: Candles): void;
  deposit(asset: string, amount: string): void;
  revokeKey(apiKey: string): void;
  restoreKey(apiKey: string): void;
  /** DELISTED cancels its orders and takes the market off all lists. */
  setStatus(symbol: string, status: MarketStatus): void;
}

/** Market data only: an open bar shows its first trade. */
export async function startLoopbackExchange(options: LoopbackOptions): Promise<LoopbackExchange> {
  const state = new ExchangeState(options, 'first-trade');
  return new RunningExchange(state, await startServer(state, options.port ?? 0));
}

/** @throws AlphaloomError STORE_UNREADABLE (a journal of other markets) */
export async function startTradingExchange(
  options: LoopbackOptions & { readonly account: AccountSettings },
): Promise<LoopbackTradingExchange> {
  const state = new ExchangeState(options, 'path');
  const account = new TradingAccount(options.account, state.listed('spot'));
  state.account = account;
  return new RunningTradingExchange(state, await startServer(state, options.port ?? 0), account);
}

class RunningExchange implements LoopbackExchange {
  readonly address: string;
  readonly requests: readonly ServedRequest[];
  readonly #state: ExchangeState;
  readonly #server: LoopbackServer;

  constructor(state: ExchangeState, server: LoopbackServer) {
    this.#state = state;
    this.#server = server;
    this.address = server.address;
    this.requests = state.requests;
  }

  script(...faults: readonly ScriptedFault[]): void {
    this.#state.faults.add(...faults);
  }

  clearScript(): void {
    this.#state.faults.clear();
  }

  get maintenance(): boolean {
    return this.#state.maintenance;
  }

  set maintenance(value: boolean) {
    this.#state.maintenance = value;
  }

  get announcedMaintenance(): boolean {
    return this.#state.announcedMaintenance;
  }

  set announcedMaintenance(value: boolean) {
    this.#state.announcedMaintenance = value;
  }

  get skewMs(): number {
    return this.#state.skewMs;
  }

  set skewMs(value: number) {
    this.#state.skewMs = value;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}

class RunningTradingExchange extends RunningExchange implements LoopbackTradingExchange {
  readonly #account: TradingAccount;
  readonly #now: () => number;

  constructor(state: ExchangeState, server: LoopbackServer, account: TradingAccount) {
    super(state, server);
    this.#account = account;
    this.#now = () => state.now();
  }

  book(): Book {
    return this.#account.turn(this.#now(), () => this.#account.book);
  }

  inspect(): Inspection {
    return inspectBook(this.book(), this.#now());
  }

  get queryLagMs(): number {
    return this.#account.queryLagMs;
  }

  set queryLagMs(value: number) {
    this.#account.queryLagMs = value;
  }

  feed(symbol: string, candles: Candles): void {
    this.#account.feed(symbol, rowsOf(candles));
  }

  deposit(asset: string, amount: string): void {
    this.#account.deposit(asset, amount);
  }

  revokeKey(apiKey: string): void {
    this.#account.setKey(apiKey, false);
  }

  restoreKey(apiKey: string): void {
    this.#account.setKey(apiKey, true);
  }

  setStatus(symbol: string, status: MarketStatus): void {
    this.#account.setStatus(symbol, status, this.#now());
  }

  override async close(): Promise<void> {
    await super.close();
    this.#account.close();
  }
}
