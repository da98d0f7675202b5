import type { CandleStore } from '../../candles/store.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import type { AccountMode, AccountState, OrderLeg, OrderSide, OrderStatus } from '../../contracts/trading.ts';
import { knownLacking, mendOf } from '../../trading/keeping/lacking.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord, LedgerOrder, LedgerPosition } from '../../trading/ledger/records.ts';
import { blockedFlatten, type FailedOrder, failedOrder, type Noted, pauseReason } from './trouble-view.ts';

/** An account as people look at it. Amounts of the ledger are exact (texts); what is marked at last closes is about (numbers). */
export interface AccountView {
  readonly account: string;
  readonly mode: AccountMode;
  readonly venue: string;
  /** Plays recorded bars: its times are those of the bars, and its prices those of its last close. */
  readonly isReplay: boolean;
  readonly quote: string;
  readonly policy: string;
  readonly state: AccountState;
  readonly stateReason: string;
  readonly stateTime: number;
  readonly pausedUntil: number | null;
  readonly capital: string;
  readonly cash: string;
  /** Cash and positions at the last closes; null where one of these is not known. */
  readonly equity: number | null;
  readonly lastCloseTime: number | null;
  readonly closes: number;
  readonly iterations: number | null;
  /** What a flattening waits for; null: nothing is being closed, or nothing keeps it. */
  readonly blocked: Noted | null;
  readonly symbols: readonly SymbolView[];
}

export interface SymbolView {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Takes no entries: until when, epoch ms (null: until resumed); undefined: it does. */
  readonly pausedUntil?: number | null;
  /** Why, of a symbol that is paused. */
  readonly pausedReason?: string;
  readonly position: {
    readonly quantity: string;
    readonly entryPrice: string;
    readonly openedTime: number;
    /** In quote, before costs, at the last close. */
    readonly openPnl: number | null;
    /** What an operator is to do about it; null: nothing. */
    readonly mend: string | null;
  } | null;
  readonly lastPrice: number | null;
  /** The newest decision. */
  readonly decision: { readonly barTime: number; readonly outcome: string } | null;
  /** Not final. */
  readonly orders: readonly OrderView[];
  /** The newest order of the last bars, where it came to nothing. */
  readonly failedOrder: FailedOrder | null;
}

export interface OrderView {
  readonly clientOrderId: string;
  readonly leg: OrderLeg;
  readonly side: OrderSide;
  readonly status: OrderStatus;
  readonly quantity: string;
  readonly filled: string;
  /** Of a limit order, in quote. */
  readonly price: string | null;
  /** Of a stop, in quote. */
  readonly stopPrice: string | null;
}

export type LedgerReader = Pick<
  Ledger,
  | 'account'
  | 'accounts'
  | 'positions'
  | 'openOrders'
  | 'cash'
  | 'decision'
  | 'order'
  | 'orders'
  | 'fills'
  | 'lastEvent'
>;

/**
 * What an account is, holds and waits for.
 * @throws AlphaloomError ACCOUNT_UNKNOWN
 */
export function viewAccount(
  ledger: LedgerReader,
  account: string,
  lastPrices: ReadonlyMap<string, number>,
): AccountView {
  const record = ledger.account(account);
  const positions = ledger.positions(account);
  const orders = ledger.openOrders(account);
  const cash = ledger.cash(account);
  return {
    account,
    mode: record.mode,
    venue: record.venue,
    isReplay: record.clock.kind === 'replay',
    quote: record.quote,
    policy: record.policy.name,
    state: record.state,
    stateReason: record.stateReason,
    stateTime: record.stateTime,
    pausedUntil: record.pausedUntil,
    capital: record.capital,
    cash,
    equity: equityOf(cash, positions, lastPrices),
    lastCloseTime: record.lastCloseTime,
    closes: record.closes,
    iterations: record.iterations,
    blocked: blockedFlatten(ledger, record),
    symbols: shownSymbols(record, positions, orders).map(({ symbol, timeframe }) => {
      const position = positions.find(one => one.symbol === symbol) ?? null;
      const lastPrice = lastPrices.get(symbol) ?? null;
      const decision = ledger.decision(account, symbol, null);
      const paused = record.pausedSymbols.find(one => one.symbol === symbol);
      return {
        symbol,
        timeframe,
        ...(paused && {
          pausedUntil: paused.until,
          pausedReason: pauseReason(ledger, account, symbol),
        }),
        position: position && viewPosition(position, lastPrice),
        lastPrice,
        decision: decision && { barTime: decision.barTime, outcome: decision.outcome },
        orders: orders.filter(order => order.symbol === symbol).map(viewOrder),
        failedOrder: failedOrder(ledger, record, { symbol, timeframe }),
      };
    }),
  };
}

/** Closes of the newest bars in the store, of a replay those of its last close, by symbol; symbols without bars are left out. */
export async function lastPricesOf(
  candles: Pick<CandleStore, 'describe' | 'read'>,
  {
    venue,
    symbols,
    clock,
    lastCloseTime,
  }: Pick<AccountRecord, 'venue' | 'symbols' | 'clock' | 'lastCloseTime'>,
): Promise<Map<string, number>> {
  const prices = new Map<string, number>();
  for (const { symbol, timeframe } of symbols) {
    const series = { venue, symbol, timeframe };
    try {
      const duration = TIMEFRAME_MS[timeframe];
      const to =
        clock.kind === 'replay' ? lastCloseTime : (await candles.describe(series)).lastTime + duration;
      if (to === null) continue;
      const { close } = await candles.read(series, { from: to - duration, to });
      const last = close.at(-1);
      if (last !== undefined) prices.set(symbol, last);
    } catch (error) {
      if (!(error instanceof AlphaloomError && error.code === 'CANDLES_NOT_FOUND')) throw error;
    }
  }
  return prices;
}

/** The account's symbols, and those that it left while something was open in them. */
function shownSymbols(
  { symbols }: AccountRecord,
  positions: readonly LedgerPosition[],
  orders: readonly LedgerOrder[],
): { symbol: string; timeframe: Timeframe }[] {
  const shown = new Map<string, Timeframe>();
  for (const { symbol, timeframe } of [...symbols, ...positions, ...orders])
    if (!shown.has(symbol)) shown.set(symbol, timeframe);
  return Array.from(shown, ([symbol, timeframe]) => ({ symbol, timeframe }));
}

function viewPosition(position: LedgerPosition, lastPrice: number | null): SymbolView['position'] {
  const { quantity, entryPrice, openedTime } = position;
  const lacking = knownLacking(position);
  const openPnl = lastPrice === null ? null : Number(quantity) * (lastPrice - Number(entryPrice));
  return { quantity, entryPrice, openedTime, openPnl, mend: lacking && mendOf(lacking, position) };
}

export function viewOrder(order: LedgerOrder): OrderView {
  const { clientOrderId, leg, side, status, quantity, filled, price, stopPrice } = order;
  return { clientOrderId, leg, side, status, quantity, filled, price, stopPrice };
}

function equityOf(
  cash: string,
  positions: readonly LedgerPosition[],
  lastPrices: ReadonlyMap<string, number>,
): number | null {
  let equity = Number(cash);
  for (const { symbol, quantity } of positions) {
    const price = lastPrices.get(symbol);
    if (price === undefined) return null;
    equity += Number(quantity) * price;
  }
  return equity;
}
