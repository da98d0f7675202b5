import type { DatabaseSync } from 'node:sqlite';
import { storableJson } from '../../artifacts/canonical-json.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { OrderReason } from '../../contracts/trading.ts';
import { selectCash } from './cash.ts';
import { decisionOf, selectDecisionOf } from './decisions.ts';
import { lastEventId } from './events.ts';
import {
  insertOrder,
  isEntry,
  isFinal,
  type OrderRow,
  orderOf,
  requireOrder,
  selectOpenOrders,
  selectOrder,
} from './orders.ts';
import { endPauses } from './pauses.ts';
import { positionOf, selectBegun, selectEnded, selectPosition, selectPositions } from './positions.ts';
import type {
  AccountRecord,
  CloseCommit,
  CommittedClose,
  DecidedBar,
  DecidedClose,
  LedgerView,
  PlannedOrder,
} from './records.ts';
import { withdraw } from './sending.ts';
import { selectSlot, selectSlots, takeSlot } from './slots.ts';
import { moveState } from './state-moves.ts';
import { insert, one, run } from './statements.ts';

type Decision = DecidedClose['decisions'][number];

/**
 * Transaction A: what was decided at a close, with its predictions, orders and slots. The first committed decision of a
 * bar wins: `decide` is asked only about bars that have none, on the account as it stands here.
 */
export function commitClose(sql: DatabaseSync, ledgerId: string, commit: CloseCommit): CommittedClose {
  const { closeTime, now, bars } = commit;
  const record = endPauses(sql, commit.account, now);
  const undecided = bars.filter(bar => selectDecisionOf(sql, record.account, bar) === null);
  const made = new Map<string, OrderRow>();
  if (undecided.length > 0) {
    const decided = commit.decide(viewOf(sql, record), undecided);
    checkDecided(undecided, decided);
    const halted = decided.halt === null ? record : halt(sql, record, decided.halt, now);
    for (const bar of undecided) {
      const decision = decided.decisions.find(other => isSameBar(other, bar))!;
      const standing = { account: halted, bar, decision, closeTime, now };
      for (const row of putDecision(sql, ledgerId, standing)) made.set(row.client_order_id, row);
    }
    run(
      sql,
      'UPDATE accounts SET risk_memory = ?, last_close_event = ? WHERE account = ?',
      storableJson(decided.riskMemory),
      lastEventId(sql),
      record.account,
    );
  }
  noteClose(sql, record.account, closeTime);

  const rows = bars.map(bar => selectDecisionOf(sql, record.account, bar)!);
  return {
    closeTime,
    decisions: rows.map(decisionOf),
    planned: rows
      .flatMap(row => JSON.parse(row.orders) as string[])
      .map(id => made.get(id) ?? requireOrder(sql, id))
      .filter(({ status }) => status === 'planned')
      .map(orderOf),
    cancels: rows
      .flatMap(row => JSON.parse(row.cancels) as string[])
      .flatMap(id => selectOrder(sql, id) ?? [])
      .filter(row => !isFinal(row))
      .map(orderOf),
  };
}

/** The account as this transaction sees it. */
export function viewOf(sql: DatabaseSync, record: AccountRecord): LedgerView {
  const { account } = record;
  const since = one<{ event: number }>(
    sql,
    'SELECT last_close_event AS event FROM accounts WHERE account = ?',
    account,
  )!.event;
  return {
    record,
    positions: selectPositions(sql, account).map(positionOf),
    openOrders: selectOpenOrders(sql, account).map(orderOf),
    slots: selectSlots(sql, account),
    cash: selectCash(sql, account),
    opened: selectBegun(sql, account, since),
    ended: selectEnded(sql, account, since),
  };
}

function halt(sql: DatabaseSync, record: AccountRecord, reason: string, at: number): AccountRecord {
  if (record.state !== 'running' && record.state !== 'paused') return record;
  return moveState(sql, record, { to: 'halted', at, reason, actor: 'risk' });
}

interface Standing {
  readonly account: AccountRecord;
  readonly bar: DecidedBar;
  readonly decision: Decision;
  readonly closeTime: number;
  readonly now: number;
}

/** @returns its orders as they stand */
function putDecision(sql: DatabaseSync, ledgerId: string, standing: Standing): OrderRow[] {
  const { account, bar, decision, closeTime, now } = standing;
  const { symbol, timeframe, barTime } = bar;
  insert(sql, 'predictions', {
    account: account.account,
    symbol,
    timeframe,
    bar_time: barTime,
    prediction: storableJson(bar.prediction),
  });
  for (const id of decision.cancels) {
    const row = selectOrder(sql, id);
    if (row?.status === 'planned') withdraw(sql, id, 'superseded', now);
  }
  const orders = decision.orders.map(order => putOrder(sql, ledgerId, standing, order));
  insert(sql, 'decisions', {
    account: account.account,
    symbol,
    timeframe,
    bar_time: barTime,
    close_time: closeTime,
    at: now,
    rules: rulesJson(decision.rules),
    outcome: decision.outcome,
    orders: JSON.stringify(orders.map(row => row.client_order_id)),
    cancels: JSON.stringify(decision.cancels),
  });
  return orders;
}

function putOrder(sql: DatabaseSync, ledgerId: string, standing: Standing, order: PlannedOrder): OrderRow {
  const { account, bar, decision, now } = standing;
  const { key } = order;
  if (key.account !== account.account || !isSameBar(key, bar)) throw foreign(order, bar);
  const reason = isEntry(key)
    ? againstEntry(sql, account, decision, key.symbol)
    : againstExit(sql, account, key);
  const row = insertOrder(sql, ledgerId, order, { at: now, reason });
  if (isEntry(key) && reason === null) {
    takeSlot(sql, {
      account: key.account,
      symbol: key.symbol,
      clientOrderId: row.client_order_id,
      worstCaseNotional: order.worstCaseNotional ?? '0',
    });
  }
  return row;
}

/** Why an entry can't be planned; null: it can. */
function againstEntry(
  sql: DatabaseSync,
  { account, mode, state, pausedSymbols }: AccountRecord,
  { orders, cancels }: Decision,
  symbol: string,
): OrderReason | null {
  if (state !== 'running') return 'account-state';
  if (pausedSymbols.some(paused => paused.symbol === symbol)) return 'symbol-paused';
  if (!selectSlot(sql, account, symbol)) return null;
  // The slot of an entry that is withdrawn at this close is handed on, and so is that of a position that is left: before it
  // is sent, both have to be gone or going. On paper a position may leave without an order.
  const stands = selectOpenOrders(sql, account, symbol).some(
    order => isEntry(order) && !cancels.includes(order.client_order_id),
  );
  if (stands) return 'slot-lost';
  const isLeft = mode === 'paper' || orders.some(({ key }) => key.leg === 'exit');
  return isLeft || selectPosition(sql, account, symbol) === null ? null : 'slot-lost';
}

/** One exit of a symbol that is not final. */
/** One exit per symbol; what closes a symbol that is being flattened is the flattening's. */
function againstExit(
  sql: DatabaseSync,
  { account, flattening }: AccountRecord,
  { symbol, leg }: PlannedOrder['key'],
): OrderReason | null {
  const isExit = (other: { readonly leg: string }) => other.leg === 'exit' || other.leg === 'flatten';
  const isClosed = () => selectOpenOrders(sql, account, symbol).some(isExit) || flattening.includes(symbol);
  return isExit({ leg }) && isClosed() ? 'superseded' : null;
}

/** A close counts once, in its order. */
function noteClose(sql: DatabaseSync, account: string, closeTime: number): void {
  run(
    sql,
    `UPDATE accounts SET closes = closes + (last_close_time IS NULL OR ?1 > last_close_time),
       last_close_time = max(?1, coalesce(last_close_time, ?1))
     WHERE account = ?2`,
    closeTime,
    account,
  );
}

function isSameBar(left: Omit<DecidedBar, 'prediction'>, right: Omit<DecidedBar, 'prediction'>): boolean {
  return left.symbol === right.symbol && left.timeframe === right.timeframe && left.barTime === right.barTime;
}

/** Rules print numbers, and a number that is none yet (a range before its warm-up) is printed too. */
function rulesJson(rules: unknown): string {
  const text = JSON.stringify(rules, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  return text ?? 'null';
}

function checkDecided(undecided: readonly DecidedBar[], { decisions }: DecidedClose): void {
  const isEach = undecided.every(bar => decisions.filter(other => isSameBar(other, bar)).length === 1);
  if (isEach && decisions.length === undecided.length) return;
  throw new AlphaloomError('INTERNAL', 'There must be one decision for each bar that has none.', {
    asked: undecided.map(({ symbol, timeframe, barTime }) => ({ symbol, timeframe, barTime })),
    got: decisions.map(({ symbol, timeframe, barTime }) => ({ symbol, timeframe, barTime })),
  });
}

function foreign({ key }: PlannedOrder, bar: DecidedBar): AlphaloomError {
  return new AlphaloomError('INTERNAL', 'An order must be of its decision’s account and bar.', {
    key,
    bar: { symbol: bar.symbol, timeframe: bar.timeframe, barTime: bar.barTime },
  });
}
