import type { DatabaseSync } from 'node:sqlite';
import type { Market } from '../../contracts/market.ts';
import { one, statement } from './statements.ts';

/** A market as the ledger knows it; null before the first order of its symbol was sent. */
export function selectMarket(
  sql: DatabaseSync,
  { venue, kind }: { readonly venue: string; readonly kind: string },
  symbol: string,
): Market | null {
  const row = one<{ market: string }>(
    sql,
    'SELECT market FROM markets WHERE venue = ? AND kind = ? AND symbol = ?',
    venue,
    kind,
    symbol,
  );
  return row ? JSON.parse(row.market) : null;
}

/** Keeps a market's facts where they are new. */
export function putMarket(
  sql: DatabaseSync,
  { venue, kind }: { readonly venue: string; readonly kind: string },
  market: Market,
): void {
  const known = selectMarket(sql, { venue, kind }, market.symbol);
  if (known && JSON.stringify({ ...known, fetchedTime: 0 }) === JSON.stringify({ ...market, fetchedTime: 0 }))
    return;
  statement(
    sql,
    'INSERT INTO markets VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET market = excluded.market',
  ).run(venue, kind, market.symbol, JSON.stringify(market));
}
