import type { DatabaseSync } from 'node:sqlite';
import type { AccountState } from '../../../contracts/trading.ts';
import { rows } from './rows.ts';

interface EventRow {
  readonly id: number;
  readonly kind: string;
  readonly symbol: string | null;
  readonly client_order_id: string | null;
  readonly detail: string | null;
  readonly leg: string | null;
  readonly sent_at: number | null;
  readonly valid_until: number | null;
}

const AT_RISK: ReadonlySet<string> = new Set(['order-sending', 'order-unknown']);

/**
 * Follows the account's states, its paused symbols and its orders through everything that was written down: no entry went
 * where it was not allowed. The account's state that is kept is the last one that was written.
 */
export function* checkTimeline(sql: DatabaseSync, account: string): Generator<string> {
  let state: AccountState = 'stopped';
  const paused = new Set<string>();
  const atRisk = new Map<string, string>();
  const events = rows<EventRow>(
    sql,
    `SELECT e.id, e.kind, e.symbol, e.client_order_id, e.detail, o.leg, o.sent_at, o.valid_until
     FROM events e LEFT JOIN orders o USING (client_order_id) WHERE e.account = ? ORDER BY e.id`,
    account,
  );
  for (const { kind, symbol, client_order_id: id, detail, leg, sent_at, valid_until } of events) {
    if (kind === 'state') {
      const move = JSON.parse(detail ?? '{}') as { from?: string; to: AccountState };
      if (move.from !== state) yield `the account went to ${move.to} from ${move.from}, but was ${state}`;
      state = move.to;
    } else if (kind === 'symbol-paused') paused.add(symbol!);
    else if (kind === 'symbol-resumed') paused.delete(symbol!);
    else if (kind === 'order-sending' && leg === 'entry') {
      if (state !== 'running') yield `the entry ${id} was sent while the account was ${state}`;
      if (paused.has(symbol!)) yield `the entry ${id} was sent while ${symbol} was paused`;
      if (valid_until !== null && sent_at !== null && sent_at > valid_until)
        yield `the entry ${id} was sent too late`;
      const other = [...atRisk].find(([, of]) => of === symbol);
      if (other) yield `the entry ${id} was sent while ${other[0]} of ${symbol} was not certain`;
    }
    if (id !== null && AT_RISK.has(kind)) atRisk.set(id, symbol!);
    else if (id !== null && isEnd(kind)) atRisk.delete(id);
  }
  const kept = sql.prepare('SELECT state FROM accounts WHERE account = ?').get(account);
  if (kept?.state !== state) yield `the account is kept as ${kept?.state}; its events say ${state}`;
}

function isEnd(kind: string): boolean {
  return /^order-(open|filled|canceled|expired|rejected|lapsed|withdrawn)$/.test(kind);
}
