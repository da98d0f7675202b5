import type { DatabaseSync } from 'node:sqlite';
import { storableJson } from '../../artifacts/canonical-json.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Database } from '../../storage/sqlite.ts';
import type { VenueFill, VenueOrder } from '../venue.ts';
import { checkLease } from './lease.ts';
import type { Lease } from './ledger.ts';
import { all, insert, one, run } from './statements.ts';

/** Where the paper venue keeps its book: its state as plain JSON, its orders by their newest word, its fills for ever. */
export interface PaperStore {
  read(account: string): { readonly state: unknown; readonly revision: number } | null;
  /** Compare-and-set: `revision` is what was read, 0 before the first. @throws AlphaloomError LEASE_LOST, STORE_BUSY */
  write(lease: Lease, account: string, change: PaperChange): Promise<void>;
  /** Oldest first. */
  fills(account: string, symbol: string, since: number): readonly VenueFill[];
  /** Oldest first; null: of all symbols. */
  orders(account: string, symbol: string | null, since: number): readonly VenueOrder[];
  order(account: string, clientOrderId: string): VenueOrder | null;
}

export interface PaperChange {
  readonly state: unknown;
  readonly revision: number;
  /** What the matching engine holds, for `check`. */
  readonly holdings: PaperHoldings;
  /** New ones; those known already are left. */
  readonly fills: readonly VenueFill[];
  /** New or changed ones. */
  readonly orders: readonly VenueOrder[];
}

export interface PaperHoldings {
  readonly cash: number;
  /** In base by symbol, signed. */
  readonly positions: Readonly<Record<string, number>>;
}

export function paperStore(database: Database): PaperStore {
  const { sql } = database;
  return {
    read(account) {
      const text = 'SELECT state, revision FROM paper_states WHERE account = ?';
      const row = one<{ state: string; revision: number }>(sql, text, account);
      return row ? { state: JSON.parse(row.state), revision: row.revision } : null;
    },

    async write(lease, account, change) {
      await database.write(inside => {
        checkLease(inside, lease);
        writePaper(inside, account, change);
      });
    },

    fills(account, symbol, since) {
      const text =
        'SELECT fill FROM paper_fills WHERE account = ? AND symbol = ? AND time >= ? ORDER BY time, id';
      return all<{ fill: string }>(sql, text, account, symbol, since).map(({ fill }) => JSON.parse(fill));
    },

    orders(account, symbol, since) {
      const rows = all<{ venue_order: string }>(
        sql,
        `SELECT venue_order FROM paper_orders
         WHERE account = ?1 AND time >= ?2 AND (?3 IS NULL OR symbol = ?3) ORDER BY time, id`,
        account,
        since,
        symbol,
      );
      return rows.map(row => JSON.parse(row.venue_order));
    },

    order(account, clientOrderId) {
      const text = 'SELECT venue_order FROM paper_orders WHERE account = ? AND client_order_id = ?';
      const row = one<{ venue_order: string }>(sql, text, account, clientOrderId);
      return row ? JSON.parse(row.venue_order) : null;
    },
  };
}

function writePaper(sql: DatabaseSync, account: string, change: PaperChange): void {
  const { state, revision, holdings, fills, orders } = change;
  const stands = one<{ revision: number }>(
    sql,
    'SELECT revision FROM paper_states WHERE account = ?',
    account,
  );
  if ((stands?.revision ?? 0) !== revision) {
    throw new AlphaloomError(
      'STORE_BUSY',
      `The paper book of ${account} was changed meanwhile. Read it again.`,
      { account, revision, stands: stands?.revision ?? 0 },
    );
  }
  run(
    sql,
    'INSERT INTO paper_states VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET revision = excluded.revision, state = excluded.state, holdings = excluded.holdings',
    account,
    revision + 1,
    storableJson(state),
    storableJson(holdings),
  );
  for (const order of orders) {
    run(
      sql,
      `INSERT INTO paper_orders (account, venue_order_id, client_order_id, symbol, time, venue_order)
       VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account, venue_order_id) DO UPDATE SET venue_order = excluded.venue_order`,
      account,
      order.venueOrderId,
      order.clientOrderId,
      order.symbol,
      order.time,
      JSON.stringify(order),
    );
  }
  for (const fill of fills) {
    const text = 'SELECT 1 FROM paper_fills WHERE account = ? AND symbol = ? AND trade_id = ?';
    if (one(sql, text, account, fill.symbol, fill.tradeId)) continue;
    const { symbol, tradeId, time } = fill;
    insert(sql, 'paper_fills', { account, symbol, trade_id: tradeId, time, fill: JSON.stringify(fill) });
  }
}
