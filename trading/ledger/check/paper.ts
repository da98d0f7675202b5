import type { DatabaseSync } from 'node:sqlite';
import { amount } from '../amounts.ts';
import { selectCash } from '../cash.ts';
import { selectDust } from '../dust.ts';
import type { PaperHoldings } from '../paper-store.ts';
import { quantityOf, selectPosition } from '../positions.ts';
import { rows } from './rows.ts';

/** The matching engine counts in doubles; so much of a holding's size is no difference. */
const TOLERANCE = 1e-9;

const BOOKED = 'SELECT DISTINCT symbol FROM fills WHERE account = ?';

/** A paper account holds what the matching engine holds, but for fills that were not booked yet. */
export function* checkPaper(sql: DatabaseSync, account: string): Generator<string> {
  const state = sql.prepare('SELECT holdings FROM paper_states WHERE account = ?').get(account);
  if (!state) return;
  const holdings = JSON.parse(state.holdings as string) as PaperHoldings;
  // What waits to be booked would move these sums too: its symbols, and cash, are compared once it is.
  const waiting = new Set<string>();
  for (const { symbol } of rows<{ symbol: string }>(
    sql,
    `SELECT DISTINCT symbol FROM paper_fills p WHERE account = ? AND NOT EXISTS (
       SELECT 1 FROM fills f WHERE f.account = p.account AND f.symbol = p.symbol AND f.trade_id = p.trade_id)`,
    account,
  ))
    waiting.add(symbol);
  const symbols = new Set(Object.keys(holdings.positions));
  for (const { symbol } of rows<{ symbol: string }>(sql, BOOKED, account)) symbols.add(symbol);
  for (const symbol of symbols) {
    if (waiting.has(symbol)) continue;
    const own = quantityOf(selectPosition(sql, account, symbol)).plus(selectDust(sql, account, symbol));
    const engine = holdings.positions[symbol] ?? 0;
    if (differs(own.toNumber(), engine)) yield `the engine holds ${engine} of ${symbol}, the ledger ${own}`;
  }
  const cash = amount(selectCash(sql, account)).toNumber();
  if (waiting.size === 0 && differs(cash, holdings.cash))
    yield `the engine's cash is ${holdings.cash}, the ledger's ${cash}`;
}

function differs(left: number, right: number): boolean {
  return !(Math.abs(left - right) <= TOLERANCE * Math.max(1, Math.abs(left), Math.abs(right)));
}
