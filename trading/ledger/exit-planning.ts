import type { DatabaseSync } from 'node:sqlite';
import { requireAccount } from './accounts.ts';
import { amount, digits, smaller } from './amounts.ts';
import { settleDust } from './booking.ts';
import { closable } from './dust.ts';
import { lastEventId } from './events.ts';
import { selectMarket } from './markets.ts';
import { insertOrder, orderOf, selectOpenOrders } from './orders.ts';
import { settleSymbols } from './outcomes.ts';
import { quantityOf, selectPosition } from './positions.ts';
import type { ExitOrder, LedgerOrder } from './records.ts';
import { one } from './statements.ts';

const ONE_EXIT: ReadonlySet<string> = new Set(['exit', 'flatten']);

/**
 * Plans an order that closes (a part of) a position, or returns the one that stands: of exits and flattenings one per
 * symbol, of stops and of each target one. The next attempt where the last came to nothing.
 * @returns null where nothing is to be closed, or nothing that the venue would take
 */
export function planExit(
  sql: DatabaseSync,
  ledgerId: string,
  { key, terms, decisionPrice, now }: ExitOrder,
): LedgerOrder | null {
  const { account: name, symbol, leg } = key;
  const standing = selectOpenOrders(sql, name, symbol).find(other =>
    ONE_EXIT.has(leg) ? ONE_EXIT.has(other.leg) : other.leg === leg,
  );
  if (standing) return orderOf(standing);

  const account = requireAccount(sql, name);
  const position = selectPosition(sql, name, symbol);
  const held = quantityOf(position);
  if (!position || (held.isNegative() ? terms.side !== 'buy' : terms.side !== 'sell')) return null;
  const market = selectMarket(sql, account, symbol);
  const unit = amount(market?.contractSize ?? '1');
  const wanted = smaller(amount(terms.quantity).times(unit), held.abs());
  const price = terms.price ?? terms.stopPrice ?? decisionPrice;
  const isFloored = account.mode === 'live' && market !== null;
  const size = isFloored
    ? closable(wanted, market, { price, reduceOnly: terms.reduceOnly })
    : wanted.div(unit);
  if (size === null) {
    const firstEvent = lastEventId(sql);
    settleDust(sql, account, market!, { symbol, price, at: now });
    settleSymbols(sql, account, [symbol], { at: now, firstEvent });
    return null;
  }
  const last = one<{ attempt: number | null }>(
    sql,
    `SELECT max(attempt) AS attempt FROM orders
     WHERE account = ? AND symbol = ? AND timeframe = ? AND bar_time = ? AND leg = ?`,
    name,
    symbol,
    key.timeframe,
    key.barTime,
    leg,
  );
  const planned = {
    key: { ...key, attempt: (last?.attempt ?? 0) + 1 },
    terms: { ...terms, quantity: digits(size) },
    validUntil: null,
    plan: null,
    worstCaseNotional: null,
    decisionPrice,
  };
  return orderOf(insertOrder(sql, ledgerId, planned, { at: now, reason: null }));
}
