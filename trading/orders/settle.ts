import { AlphaloomError } from '../../contracts/errors.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { FINAL_STATUSES, type SymbolResult } from '../../contracts/trading.ts';
import { type Desk, sooner, type TimedDesk, until } from '../desk.ts';
import { asked } from '../in-time.ts';
import { keepSymbol } from '../keeping/keep.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { AccountRecord, LedgerOrder } from '../ledger/records.ts';
import { perSymbol, symbolsOf } from '../per-symbol.ts';
import { differingPosition } from '../recovery/findings.ts';
import { endIfCertain, endOrder, isUncertain } from './end-order.ts';
import { sendExit } from './exit.ts';
import { settledSoon, settleOrder } from './settle-order.ts';
import { symbolFills } from './symbol-fills.ts';

/** Fills of orders that were final are looked for so long: a venue may list them late. */
const LATE_FILLS_MS = 600_000;

/** After news of an order its fills are asked for beside it, for so long. */
const NEWS_MS = 60_000;
const POSITIONS_PATIENCE_MS = 2_000;
const KEEPING_MS = 4_000;

/**
 * Whether something may happen to an account at its venue that nobody here does: an order is not final, or ended so short ago
 * that a fill of it may follow; a swap may be liquidated.
 */
export function awaitsNews(
  ledger: Pick<Ledger, 'openOrders' | 'changedOrders' | 'positions'>,
  { account, kind }: Pick<AccountRecord, 'account' | 'kind'>,
  now: number,
): boolean {
  return (
    ledger.openOrders(account).length > 0 ||
    symbolsWithNews(ledger, account, now).length > 0 ||
    (kind === 'swap' && ledger.positions(account).length > 0)
  );
}

/**
 * Symbols with orders that ended otherwise than filled, or were heard of then, so short ago that a fill of them may follow. One
 * that is filled has all its fills; of one that rests, its look-up tells.
 */
export function symbolsWithNews(
  ledger: Pick<Ledger, 'changedOrders'>,
  account: string,
  now: number,
): readonly string[] {
  return symbolsOf(ledger.changedOrders(account, now - NEWS_MS).filter(mayBeFilledLate));
}

function mayBeFilledLate({ status }: LedgerOrder): boolean {
  return FINAL_STATUSES.has(status) && status !== 'filled';
}

/** Symbols whose stops rest at the venue and are known to. */
export function symbolsWithRestingStops(
  ledger: Pick<Ledger, 'openOrders'>,
  account: string,
): readonly string[] {
  return symbolsOf(ledger.openOrders(account).filter(isRestingStop));
}

export interface SettleRequest {
  /** Epoch ms of the venue’s clock. */
  readonly deadline: number;
  /** Symbols of which late fills are asked for; absent: all that have news. */
  readonly lateFills?: readonly string[];
  /** Symbols whose resting stops are asked for; absent: all. */
  readonly restingStops?: readonly string[];
}

export interface SettleReport {
  /** Orders of each symbol that are not final after it. */
  readonly symbols: readonly SymbolResult<readonly LedgerOrder[]>[];
  /** Orders whose outcome is not known. */
  readonly unknown: number;
}

/**
 * Finds out what became of every order that is not final and books what the venue has filled; to be called every few
 * seconds while anything is open. Running it again changes nothing twice. What a flatten has in hand is settled by it.
 * @throws AlphaloomError LEASE_LOST
 */
export async function settleAccount(
  desk: Desk,
  { deadline, lateFills, restingStops }: SettleRequest,
): Promise<SettleReport> {
  const timed = until(desk, deadline);
  const since = desk.now() - LATE_FILLS_MS;
  const moved = await movedByVenue(timed);
  const late = lateFills ?? symbolsWithNews(desk.ledger, desk.account, desk.now());
  const isAsked = (order: LedgerOrder) =>
    restingStops === undefined || !isRestingStop(order) || restingStops.includes(order.symbol);
  const settle = async (symbol: string) => {
    const mayBeFilled = () => moved.has(symbol) || late.includes(symbol) || hasUncertain(timed, symbol);
    // What the venue does not say of one order is no reason to leave a position without its stop: there is time left for it.
    const asking = sooner(timed, askedUntil(timed));
    await allOf([
      () => settleOrders(asking, symbol, isAsked),
      async () => mayBeFilled() && bookFills(asking, symbol, since),
      () => keepSymbol(timed, symbol, []),
    ]);
    return openOf(timed, symbol);
  };
  const symbols = await perSymbol(timed, unsettledSymbols(timed, late), settle, 0);
  return { symbols, unknown: unknownOrders(desk.ledger, desk.account) };
}

/** Of a turn’s time, a part is kept for what a position needs. */
function askedUntil({ deadline, now }: TimedDesk): number {
  return Math.max(deadline - KEEPING_MS, (now() + deadline) / 2);
}

/** How many orders’ outcomes are not known. */
export function unknownOrders(ledger: Pick<Ledger, 'openOrders'>, account: string): number {
  return ledger.openOrders(account).filter(isUncertain).length;
}

/**
 * One symbol’s orders and fills; who calls it works on the symbol alone.
 * @param since epoch ms from which on fills are read, where no order asks for earlier ones; absent: as far back as any is late
 * @throws AlphaloomError VENUE_*, ORDER_MISMATCH, TRADING_LATE
 */
export async function settleSymbol(
  desk: TimedDesk,
  symbol: string,
  since = desk.now() - LATE_FILLS_MS,
): Promise<void> {
  await allOf([() => settleOrders(desk, symbol), () => bookFills(desk, symbol, since)]);
}

/** One look at each order that is not final; its fills are booked with it. */
async function settleOrders(
  desk: TimedDesk,
  symbol: string,
  isAsked: (order: LedgerOrder) => boolean = () => true,
): Promise<void> {
  const orders = openOf(desk, symbol).filter(isAsked);
  // What one order’s look-up says is worth having though another’s failed.
  await allOf(orders.map(order => () => settleOne(desk, order)));
}

function isRestingStop({ leg, status, cancelRequested }: LedgerOrder): boolean {
  return leg === 'stop' && status === 'open' && !cancelRequested;
}

/** One after the other, whatever fails; the first fault comes in the end. Who has lost the lease does nothing more. */
async function allOf(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const work of works) {
    try {
      await work();
    } catch (fault) {
      if (fault instanceof AlphaloomError && fault.code === 'LEASE_LOST') throw fault;
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
}

async function bookFills(desk: TimedDesk, symbol: string, since: number): Promise<void> {
  const { ledger, lease, account } = desk;
  const sent = openOf(desk, symbol)
    .filter(isUncertain)
    .map(({ sentAt }) => sentAt!);
  const fills = await symbolFills(desk, symbol, Math.min(since, ...sent));
  await ledger.recordFills(lease, account, fills, desk.now());
}

/** Trades are dear to ask for: of orders that rest unchanged, their look-ups tell enough. */
function hasUncertain(desk: TimedDesk, symbol: string): boolean {
  return openOf(desk, symbol).some(isUncertain);
}

/** Swaps that the venue holds otherwise than the ledger: it may have closed them itself, by no order of ours. */
async function movedByVenue(desk: TimedDesk): Promise<ReadonlySet<string>> {
  const { ledger, account, venue } = desk;
  const positions = ledger.positions(account);
  if (venue.card.kind !== 'swap' || positions.length === 0) return new Set();
  const patient = sooner(desk, desk.now() + POSITIONS_PATIENCE_MS);
  const held = await asked(patient, venue.positions()).catch(error => {
    if (!(error instanceof AlphaloomError)) throw error;
    // Who can’t be asked for positions is asked for fills; who was asked too much is asked for nothing instead.
    return error.code === 'VENUE_RATE_LIMITED' ? null : [];
  });
  if (held === null) return new Set();
  const moved = positions.filter(position => differingPosition(position.symbol, position, held) !== null);
  return new Set(moved.map(({ symbol }) => symbol));
}

async function settleOne(desk: TimedDesk, order: LedgerOrder): Promise<void> {
  const { ledger, lease } = desk;
  const { status, leg, clientOrderId, validUntil, cancelRequested } = order;
  if (status !== 'planned') {
    if (cancelRequested || isOver(desk, order)) await endIfCertain(desk, order);
    else await settleOrder(desk, order);
  } else if (leg === 'exit' || leg === 'flatten') {
    // Whoever was to send it has died; sent twice it can’t be.
    await settledSoon(desk, await sendExit(desk, order));
  } else if (leg !== 'entry') {
    await endOrder(desk, order);
  } else if (validUntil !== null && desk.now() > validUntil) {
    await ledger.withdraw(lease, clientOrderId, 'too-late', desk.now());
  }
}

/** Whether a resting entry has had its bars; where the venue manages plans it ends them itself. */
function isOver({ venue, now }: TimedDesk, { leg, type, plan, barTime, timeframe }: LedgerOrder): boolean {
  const validBars = plan?.validBars ?? null;
  if (venue.card.exits === 'attached' || leg !== 'entry' || type !== 'limit' || validBars === null)
    return false;
  return now() >= barTime + (validBars + 1) * TIMEFRAME_MS[timeframe];
}

function unsettledSymbols({ ledger, account }: TimedDesk, late: readonly string[]): readonly string[] {
  const unsettled = symbolsOf([...ledger.openOrders(account), ...ledger.positions(account)]);
  return [...new Set([...unsettled, ...late])];
}

function openOf({ ledger, account }: TimedDesk, symbol: string): readonly LedgerOrder[] {
  return ledger.openOrders(account).filter(order => order.symbol === symbol);
}
