import { AlphaloomError } from '../../contracts/errors.ts';
import { FINAL_STATUSES, type OrderReason, type SymbolResult } from '../../contracts/trading.ts';
import { type Desk, sooner, type TimedDesk, until } from '../desk.ts';
import { asked, hasTime } from '../in-time.ts';
import { keepSymbol } from '../keeping/keep.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import { perSymbol, symbolsOf } from '../per-symbol.ts';
import type { Quote } from '../venue.ts';
import { isSkewed, tellClockSkew } from './clock-skew.ts';
import { endOrder } from './end-order.ts';
import { sendExit } from './exit.ts';
import { asksForQuote, type PriceLimits, priceObjection } from './price-check.ts';
import { NOTHING_ASKED, sendOrder } from './send.ts';
import { settledSoon } from './settle-order.ts';

export interface Execution extends PriceLimits {
  /** Orders of a close that are still `planned`. */
  readonly planned: readonly LedgerOrder[];
  readonly cancels: readonly LedgerOrder[];
  /** Epoch ms of the venue’s clock: what is not certain then is unknown, what was not sent is not sent. */
  readonly deadline: number;
}

/** Cancels and exits of some symbols hold the orders of others up so long at most; what is not done then is settled beside. */
const CANCELS_MS = 2_000;
const EXITS_MS = 5_000;

/**
 * Does what was decided at a close: cancels, then exits, then entries, each step over all symbols side by side, so that
 * entries have what exits free. Running it again sends nothing twice.
 * @returns per symbol its orders as the ledger has them then, or what went wrong
 * @throws AlphaloomError LEASE_LOST
 */
export async function executePlanned(
  desk: Desk,
  { planned, cancels, deadline, ...limits }: Execution,
): Promise<readonly SymbolResult<readonly LedgerOrder[]>[]> {
  const timed = until(desk, deadline);
  const entries = planned.filter(({ leg }) => leg === 'entry');
  // A stop or target that is planned is being sent by whoever keeps the position.
  const exits = planned.filter(({ leg }) => leg === 'exit' || leg === 'flatten');
  const results = new Map<string, SymbolResult<readonly LedgerOrder[]>>();
  const step = async (
    orders: readonly LedgerOrder[],
    mostMs: number,
    work: (patient: TimedDesk, order: LedgerOrder) => Promise<LedgerOrder>,
  ) => {
    const patient = sooner(timed, desk.now() + mostMs);
    const inOrder = (symbol: string) => each(orders, symbol, order => work(patient, order));
    for (const done of await perSymbol(patient, symbolsOf(orders), inOrder, 0)) {
      results.set(done.symbol, merged(results.get(done.symbol), done));
    }
  };
  await step(cancels, CANCELS_MS, endOrder);
  await step(exits, EXITS_MS, exitOf);
  await step(entries, Number.POSITIVE_INFINITY, (patient, order) => enter(patient, order, limits));
  return [...results.values()];
}

async function each(
  orders: readonly LedgerOrder[],
  symbol: string,
  work: (order: LedgerOrder) => Promise<LedgerOrder>,
): Promise<readonly LedgerOrder[]> {
  const done: LedgerOrder[] = [];
  for (const order of orders) if (order.symbol === symbol) done.push(await work(order));
  return done;
}

function merged(
  earlier: SymbolResult<readonly LedgerOrder[]> | undefined,
  later: SymbolResult<readonly LedgerOrder[]>,
): SymbolResult<readonly LedgerOrder[]> {
  if (earlier === undefined || !later.ok) return later;
  return earlier.ok ? { ...later, value: [...earlier.value, ...later.value] } : earlier;
}

async function exitOf(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  const sent = await settledSoon(desk, await sendExit(desk, order));
  // One whose outcome is not known says nothing yet of what is left to keep.
  if (FINAL_STATUSES.has(sent.status)) await keepSymbol(desk, order.symbol, []);
  return sent;
}

async function enter(desk: TimedDesk, order: LedgerOrder, limits: PriceLimits): Promise<LedgerOrder> {
  const { ledger, lease } = desk;
  const { clientOrderId, symbol } = order;
  const reason = leftOver(desk, order);
  if (reason === 'clock-skew') await tellClockSkew(desk);
  if (reason !== null) return ledger.withdraw(lease, clientOrderId, reason, desk.now());
  const quote = asksForQuote(limits) ? await quoteOf(desk, symbol) : null;
  const objection = quote === 'price-unknown' ? quote : quote && priceObjection(order, quote, limits);
  if (objection !== null) return ledger.withdraw(lease, clientOrderId, objection, desk.now());
  const sent = await sendOrder(desk, order, {
    ...NOTHING_ASKED,
    price: (quote as Quote | null)?.last ?? null,
  });
  const certain = await settledSoon(desk, sent);
  if (Number(certain.filled) > 0) await keepSymbol(desk, symbol, []);
  return certain;
}

/** Why an entry is not sent whatever the price; null: nothing speaks against it. */
function leftOver(desk: TimedDesk, { symbol }: LedgerOrder): OrderReason | null {
  const { ledger, account, venue } = desk;
  if (!hasTime(desk)) return 'too-late';
  if (isSkewed(venue)) return 'clock-skew';
  // Where exits are orders of their own, what was to make room has not: two positions would be one.
  const isHeld = ledger.positions(account).some(position => position.symbol === symbol);
  return isHeld && venue.card.exits === 'legs' ? 'slot-lost' : null;
}

async function quoteOf(desk: TimedDesk, symbol: string): Promise<Quote | 'price-unknown'> {
  try {
    return await asked(desk, desk.venue.quote(symbol));
  } catch (error) {
    if (error instanceof AlphaloomError) return 'price-unknown';
    throw error;
  }
}
