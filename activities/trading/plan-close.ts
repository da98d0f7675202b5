import type { PlanRequest, TradingPlan } from '../../contracts/live-trading.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { AccountClose } from '../../contracts/trading.ts';
import { closeOf, nextClose } from '../../trading/deciding/next-close.ts';
import type { AccountRecord, LedgerOrder } from '../../trading/ledger/records.ts';
import { awaitsNews } from '../../trading/orders/settle.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type OpenAccount, seriesOf, type TradingRooms } from './trading-rooms.ts';

/** The bars are asked for from this long before they close, so that no timer's lateness counts. */
const LEAD_MS = 400;

/** What an account does next, by its ledger and its clock. */
export function planClose(rooms: TradingRooms) {
  return asActivity(async (request: PlanRequest): Promise<TradingPlan> => {
    const record = accountOf(rooms, request);
    const { account, state, closes, iterations, mode, clock } = record;
    if (state === 'stopped') return { kind: 'end', reason: record.stateReason };
    if (state === 'flattening') return { kind: 'flatten', symbols: null };
    const isOver = iterations !== null && closes >= iterations;
    // On paper that is done at once, at the last close, in its place among the others.
    if (record.flattening.length > 0 && (mode === 'paper' || isOver))
      return { kind: 'flatten', symbols: record.flattening };
    if (isOver) return await stopped(rooms, record, `${closes} closes, as it was told`);
    const recoverTime = rooms.recoverDue.get(account) ?? Number.NEGATIVE_INFINITY;
    if (clock.kind === 'real' && rooms.clock.now() >= recoverTime) return { kind: 'recover' };
    const open = await rooms.open(record);
    const orders = rooms.ledger.openOrders(account);
    const worked = laterOf(record.lastCloseTime, request.workedCloseTime);
    const now = await open.venue.now();
    const close =
      unsentClose(record, orders, request.workedCloseTime) ?? (await comingClose(open, worked, now));
    if (close === null) return await stopped(rooms, record, 'all recorded bars are played');
    const wakeTime = clock.kind === 'replay' ? 0 : rooms.clock.now() + (close.closeTime - now) - LEAD_MS;
    return {
      kind: 'close',
      close,
      clock: clock.kind,
      mode,
      wakeTime,
      lookAgainTime: Math.min(wakeTime, rooms.recoverDue.get(account) ?? wakeTime),
      watches: needsWatch(rooms, record, orders, now),
      flattens: record.flattening,
      closes,
    };
  });
}

/** A close whose decision stands and whose orders were not sent: a process ended between them. */
function unsentClose(
  record: AccountRecord,
  orders: readonly LedgerOrder[],
  workedCloseTime: number | null,
): AccountClose | null {
  const { lastCloseTime } = record;
  if (lastCloseTime === null || lastCloseTime === workedCloseTime) return null;
  const unsent = orders.filter(
    ({ status, barTime, timeframe }) =>
      status === 'planned' && barTime + TIMEFRAME_MS[timeframe] === lastCloseTime,
  );
  if (unsent.length === 0) return null;
  const symbols = unsent.map(({ symbol, timeframe }) => ({ symbol, timeframe }));
  return closeOf(record.account, lastCloseTime, symbols);
}

async function comingClose(
  { record, recorded }: OpenAccount,
  worked: number | null,
  now: number,
): Promise<AccountClose | null> {
  const { account, symbols, clock } = record;
  if (clock.kind === 'real' || recorded === null) return nextClose(account, symbols, worked, now);
  const after = Math.max(clock.fromTime, worked ?? clock.fromTime);
  const series = symbols.map(symbol => seriesOf(record, symbol));
  const closeTime = await recorded.nextClose(series, after, clock.toTime);
  if (closeTime === null) return null;
  const closing = symbols.filter(({ timeframe }) => closeTime % TIMEFRAME_MS[timeframe] === 0);
  return closeOf(account, closeTime, closing);
}

/** Paper accounts are looked after by the bars they play. */
function needsWatch(
  { ledger }: TradingRooms,
  record: AccountRecord,
  orders: readonly LedgerOrder[],
  now: number,
): boolean {
  if (record.mode === 'paper')
    return orders.some(({ status }) => status === 'sending' || status === 'unknown');
  return awaitsNews(ledger, record, now) || ledger.positions(record.account).length > 0;
}

async function stopped(
  rooms: TradingRooms,
  { account }: AccountRecord,
  reason: string,
): Promise<TradingPlan> {
  await rooms.ledger.changeState({
    account,
    from: ['running', 'paused', 'halted'],
    to: 'stopped',
    reason,
    actor: 'workflow',
    operationId: `${account}/${reason}/${rooms.ledger.account(account).stateTime}`,
    now: rooms.clock.now(),
  });
  return { kind: 'end', reason };
}

function laterOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
