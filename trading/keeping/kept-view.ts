import { isDeepStrictEqual } from 'node:util';
import { FINAL_STATUSES } from '../../contracts/trading.ts';
import { asked } from '../in-time.ts';
import type { LedgerOrder, LedgerPosition } from '../ledger/records.ts';
import type { KeepTurn } from './keep-doing.ts';
import type { KeptView } from './keep-step.ts';
import { type Keeping, type KeptBar, keepingOf, keptLevels, trailed } from './keeping.ts';

const DAY_MS = 86_400_000;

/** The symbol’s position as the ledger has it now, after what closed bars move is written; null where there is none. */
export async function keptView(turn: KeepTurn, bars: readonly KeptBar[]): Promise<KeptView | null> {
  const { desk, symbol, quote, isPriceAsked, failed } = turn;
  const { ledger, account, venue } = desk;
  const position = positionOf(turn);
  if (position === null) return null;
  const market = await asked(desk, venue.market(symbol));
  const { policy, flattened } = ledger.account(account);
  const exits = exitsOf(turn, position);
  const known = keepingOf(position);
  const keeping = trailed(position, known, bars, limitFillTime(turn, position), market);
  if (!isDeepStrictEqual(keeping, known)) await writeKeeping(turn, position, keeping);
  return {
    position,
    keeping,
    levels: keptLevels(position, keeping, exits, market),
    exits,
    market,
    card: venue.card,
    stops: policy.stops ?? 'venue',
    isFlattened: flattened.includes(symbol),
    quote,
    isPriceAsked,
    now: desk.now(),
    failed,
  };
}

export async function writeKeeping(
  { desk: { ledger, lease, account, now } }: KeepTurn,
  { symbol, entryOrder }: LedgerPosition,
  keeping: Keeping,
): Promise<void> {
  await ledger.setKeeping(lease, { account, symbol, entryOrder, keeping, now: now() });
}

function positionOf({ desk: { ledger, account }, symbol }: KeepTurn): LedgerPosition | null {
  return ledger.positions(account).find(position => position.symbol === symbol) ?? null;
}

/** Orders that close this position: those that were planned after its entry. */
function exitsOf({ desk }: KeepTurn, position: LedgerPosition): readonly LedgerOrder[] {
  const { ledger, account } = desk;
  const entryPlanned = ledger.order(position.entryOrder)?.plannedTime ?? position.signalBarTime;
  const range = { fromTime: entryPlanned, toTime: desk.now() + DAY_MS };
  const byId = new Map(
    [...ledger.orders(account, range), ...ledger.openOrders(account)]
      .filter(({ symbol, leg }) => symbol === position.symbol && leg !== 'entry')
      .map(order => [order.clientOrderId, order]),
  );
  return [...byId.values()]
    .filter(order => isOfPosition(order, position, entryPlanned))
    .sort((one, other) => one.plannedTime - other.plannedTime || one.attempt - other.attempt);
}

/**
 * An exit of the position before may have been decided with this one’s entry, at the same time for the same bar. A stop of the
 * position before that rests on is this one’s to end.
 */
function isOfPosition(
  { leg, barTime, plannedTime, status }: LedgerOrder,
  { signalBarTime }: LedgerPosition,
  entryPlanned: number,
): boolean {
  if (leg === 'exit' || leg === 'flatten') return plannedTime > entryPlanned;
  return barTime === signalBarTime || (leg === 'stop' && !FINAL_STATUSES.has(status));
}

function limitFillTime(
  { desk }: KeepTurn,
  { entryOrder, openedTime, symbol }: LedgerPosition,
): number | null {
  const { ledger, account } = desk;
  const entry = ledger.order(entryOrder);
  if (entry?.type !== 'limit') return null;
  return ledger
    .fills(account, { fromTime: openedTime, toTime: desk.now() + DAY_MS })
    .filter(fill => fill.symbol === symbol && fill.leg === 'entry')
    .reduce((latest, { time }) => Math.max(latest, time), openedTime);
}
