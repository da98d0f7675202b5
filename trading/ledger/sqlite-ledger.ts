import { randomUUID } from 'node:crypto';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type Database, openDatabase } from '../../storage/sqlite.ts';
import { putAccount, requireAccount, selectAccounts } from './accounts.ts';
import { registerExactSum } from './amounts.ts';
import { moveCash, selectCash } from './cash.ts';
import { checkAccount } from './check/check.ts';
import { commitClose } from './closes.ts';
import { selectDecisionAt, selectDecisions } from './decisions.ts';
import { selectAllDust } from './dust.ts';
import { recordEvent, selectEvents, selectLastEvent } from './events.ts';
import { planExit } from './exit-planning.ts';
import { exportRows } from './export.ts';
import { selectFills } from './fills.ts';
import { finishFlatten } from './flattening.ts';
import { checkLease, type LeaseParts, selectLeaseHolder, takeLease } from './lease.ts';
import type { Lease, Ledger, VenueClock } from './ledger.ts';
import { applyMessage } from './messages.ts';
import {
  type OrderRow,
  orderOf,
  requireOrder,
  selectChangedOrders,
  selectOpenOrders,
  selectOrder,
  updateOrder,
} from './orders.ts';
import { ledgerOutbox, notify } from './outbox.ts';
import { recordFills, recordOutcome } from './outcomes.ts';
import { paperStore } from './paper-store.ts';
import { positionOf, selectPosition, selectPositions, selectTrades, updatePosition } from './positions.ts';
import { LEDGER_MIGRATIONS } from './schema.ts';
import { beginSending, withdraw } from './sending.ts';
import { selectSlots } from './slots.ts';
import { all, one, run } from './statements.ts';
import { changeState } from './states.ts';
import { putStrangerOrders } from './strangers.ts';
import { commitValidation, selectValidation } from './validations.ts';

export interface LedgerParts extends LeaseParts {
  readonly now: () => number;
}

/**
 * The ledger in one SQLite file. Every transaction waits for the disk: what it returned is there after a power cut.
 * @throws AlphaloomError STORE_TOO_NEW, STORE_BUSY, STORE_UNREADABLE, PERMISSION_DENIED, DISK_FULL
 */
export async function openSqliteLedger(path: string, parts: LedgerParts): Promise<Ledger> {
  const database = await openDatabase(path, LEDGER_MIGRATIONS);
  const { sql } = database;
  registerExactSum(sql);
  // REPLACE deletes without a delete trigger otherwise.
  sql.exec('PRAGMA recursive_triggers = ON');
  const id = await identify(database, parts.now());

  /** A transaction of who holds the lease. */
  const fenced = <T>(lease: Lease, work: (inside: typeof sql) => T): Promise<T> =>
    database.write(inside => {
      checkLease(inside, lease);
      return work(inside);
    });

  return {
    id,
    takeLease: request => takeLease(database, parts, request),
    leaseHolder: () => selectLeaseHolder(sql),

    putAccount: (lease, settings, by) =>
      lease === null
        ? database.write(inside => putAccount(inside, settings, by))
        : fenced(lease, inside => putAccount(inside, settings, by)),
    account: name => requireAccount(sql, name),
    accounts: () => selectAccounts(sql),
    changeState: change => database.write(inside => changeState(inside, change)),
    applyMessage: (operation, context) => database.write(inside => applyMessage(inside, operation, context)),
    finishFlatten: (lease, done) => fenced(lease, inside => finishFlatten(inside, done)),
    async recordEvent({ account, kind, detail, now }) {
      await database.write(inside => {
        requireAccount(inside, account);
        return recordEvent(inside, { account, kind, detail, at: now });
      });
    },
    events: (account, limit) => selectEvents(sql, account, limit),
    lastEvent: (account, kind, symbol) => selectLastEvent(sql, account, kind, symbol ?? null),

    commitClose: (lease, commit) => fenced(lease, inside => commitClose(inside, id, commit)),
    decision: (account, symbol, at) => selectDecisionAt(sql, account, symbol, at),
    decisions: (account, range) => selectDecisions(sql, account, range),
    commitValidation: (lease, validation) => fenced(lease, inside => commitValidation(inside, validation)),

    beginSending: (lease, request) => fenced(lease, inside => beginSending(inside, request)),
    withdraw: (lease, order, reason, now) => fenced(lease, inside => withdraw(inside, order, reason, now)),
    planExit: (lease, exit) => fenced(lease, inside => planExit(inside, id, exit)),

    recordOutcome: (lease, outcome) => fenced(lease, inside => recordOutcome(inside, outcome)),
    recordFills: (lease, account, fills, now) =>
      fenced(lease, inside => recordFills(inside, account, fills, now)),
    recordMiss: (lease, { clientOrderId, time }) =>
      fenced(lease, inside => {
        const row = requireOrder(inside, clientOrderId);
        const times = JSON.parse(row.miss_times) as number[];
        const isOpen = row.status === 'sending' || row.status === 'unknown';
        if (!isOpen || times.includes(time)) return orderOf(row);
        const miss_times = JSON.stringify([...times, time].slice(-KEPT_MISSES));
        return orderOf(updateOrder(inside, row, { miss_times }, time));
      }),
    setKeeping: (lease, { account, symbol, entryOrder, keeping }) =>
      fenced(lease, inside => {
        const row = selectPosition(inside, account, symbol);
        if (row?.entry_order !== entryOrder) return null;
        return positionOf(updatePosition(inside, row, { keeping: JSON.stringify(keeping) }));
      }),
    recordCash: (lease, movement) =>
      fenced(lease, inside => {
        requireAccount(inside, movement.account);
        moveCash(inside, movement);
      }),
    recordStrangers: (lease, account, orders, now) =>
      fenced(lease, inside => putStrangerOrders(inside, account, orders, now)),

    order(clientOrderId) {
      const row = selectOrder(sql, clientOrderId);
      return row && orderOf(row);
    },
    openOrders: account => selectOpenOrders(sql, account).map(orderOf),
    orders: (account, { fromTime, toTime }) =>
      all<OrderRow>(
        sql,
        'SELECT * FROM orders WHERE account = ? AND planned_at >= ? AND planned_at < ? ORDER BY planned_at, id',
        account,
        fromTime,
        toTime,
      ).map(orderOf),
    changedOrders: (account, since) => selectChangedOrders(sql, account, since).map(orderOf),
    fills: (account, range) => selectFills(sql, account, range),
    positions: account => selectPositions(sql, account).map(positionOf),
    trades: (account, range) => selectTrades(sql, account, range),
    dust: account => selectAllDust(sql, account),
    validation: clientOrderId => selectValidation(sql, clientOrderId),
    lastFillTime(account, symbol) {
      const text = 'SELECT max(time) AS time FROM fills WHERE account = ? AND symbol = ?';
      return one<{ time: number | null }>(sql, text, account, symbol)?.time ?? null;
    },
    slots: account => selectSlots(sql, account),
    cash(account) {
      requireAccount(sql, account);
      return selectCash(sql, account);
    },

    async putClock({ venue, offsetMs, measuredTime }) {
      const text = 'INSERT OR REPLACE INTO venue_clocks VALUES (?, ?, ?)';
      await database.write(inside =>
        run(inside, text, venue, Math.round(offsetMs), Math.round(measuredTime)),
      );
    },
    clock(venue) {
      const text =
        'SELECT offset_ms AS offsetMs, measured_at AS measuredTime FROM venue_clocks WHERE venue = ?';
      const row = one<Omit<VenueClock, 'venue'>>(sql, text, venue);
      return row ? { venue, ...row } : null;
    },
    paper: paperStore(database),

    notify: notification => notify(database, notification),
    outbox: ledgerOutbox(database),

    export: request => exportRows(sql, request),
    check(account) {
      requireAccount(sql, account);
      return checkAccount(sql, account);
    },
    close: () => database.close(),
  };
}

/** More than the rule for a lapsed order asks. */
const KEPT_MISSES = 20;

/**
 * A worker must write to the ledger that its workflow was started with.
 * @throws AlphaloomError LEDGER_MISMATCH
 */
export function requireLedger({ id }: Pick<Ledger, 'id'>, expected: string): void {
  if (id === expected) return;
  throw new AlphaloomError(
    'LEDGER_MISMATCH',
    `This worker has the ledger ${id}; the account is traded on the ledger ${expected}. Use its home, or start anew.`,
    { id, expected },
  );
}

async function identify(database: Database, now: number): Promise<string> {
  const known = one<{ id: string }>(database.sql, 'SELECT id FROM ledger');
  if (known) return known.id;
  return await database.write(sql => {
    run(sql, 'INSERT OR IGNORE INTO ledger VALUES (1, ?, ?)', randomUUID(), Math.floor(now));
    run(sql, 'INSERT OR IGNORE INTO lease VALUES (1, 0, NULL, NULL, NULL, 0)');
    return one<{ id: string }>(sql, 'SELECT id FROM ledger')!.id;
  });
}
