import type { DatabaseSync } from 'node:sqlite';
import { storableJson } from '../../artifacts/canonical-json.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountState } from '../../contracts/trading.ts';
import { checkAmount, digits, ZERO } from './amounts.ts';
import { moveCash } from './cash.ts';
import { recordEvent } from './events.ts';
import { reused, selectOperationEvent } from './operations.ts';
import type { AccountRecord, AccountSettings } from './records.ts';
import { all, insert, one, run } from './statements.ts';

interface AccountRow {
  readonly account: string;
  readonly settings: string;
  readonly state: AccountState;
  readonly state_reason: string;
  readonly state_time: number;
  readonly paused_until: number | null;
  readonly after_flatten: 'halted' | 'stopped';
  readonly is_flat: number;
  readonly last_close_time: number | null;
  readonly closes: number;
  readonly risk_memory: string;
}

interface PauseRow {
  readonly symbol: string;
  readonly until: number | null;
  readonly is_flattening: number;
  readonly is_flat: number;
}

/** @throws AlphaloomError ACCOUNT_UNKNOWN */
export function requireAccount(sql: DatabaseSync, name: string): AccountRecord {
  const row = one<AccountRow>(sql, 'SELECT * FROM accounts WHERE account = ?', name);
  if (row) return recordOf(sql, row);
  throw new AlphaloomError(
    'ACCOUNT_UNKNOWN',
    `The ledger has no account "${name}". See trade status for those it has.`,
    {
      account: name,
    },
  );
}

export function selectAccounts(sql: DatabaseSync): AccountRecord[] {
  return all<AccountRow>(sql, 'SELECT * FROM accounts ORDER BY account').map(row => recordOf(sql, row));
}

/**
 * Makes a `stopped` account or changes its settings; once per operation id.
 * @throws AlphaloomError ACCOUNT_STATE where what is open belongs to the venue that would be left, OPERATION_REUSED
 */
export function putAccount(
  sql: DatabaseSync,
  settings: AccountSettings,
  by: { readonly actor: string; readonly operationId: string; readonly now: number },
): AccountRecord {
  const { account } = settings;
  const text = storableJson(settings);
  const capital = checkAmount(settings.capital, 'The capital');
  if (capital.isNegative())
    throw new AlphaloomError('INTERNAL', 'The capital is negative.', { capital: settings.capital });
  const known = selectOperationEvent(sql, account, by.operationId);
  if (known) {
    if (known.kind !== 'settings' || known.detail !== text) throw reused(by.operationId);
    return requireAccount(sql, account);
  }

  const row = one<AccountRow>(sql, 'SELECT * FROM accounts WHERE account = ?', account);
  const before: AccountSettings | null = row ? JSON.parse(row.settings) : null;
  if (before) {
    checkMove(sql, before, settings);
    run(sql, 'UPDATE accounts SET settings = ? WHERE account = ?', text, account);
  } else {
    insert(sql, 'accounts', {
      account,
      settings: text,
      state: 'stopped',
      state_reason: 'made',
      state_time: by.now,
      cash: digits(ZERO),
    });
  }
  const change = capital.minus(before?.capital ?? 0);
  if (!change.isZero()) {
    const key = `capital/${by.operationId}`;
    moveCash(sql, { account, symbol: null, kind: 'capital', amount: digits(change), time: by.now, key });
  }
  recordEvent(sql, {
    account,
    at: by.now,
    kind: 'settings',
    actor: by.actor,
    operationId: by.operationId,
    detail: settings,
  });
  return requireAccount(sql, account);
}

/** Writes settings that a message changed; its event is the message's own. */
export function changeSettings(sql: DatabaseSync, settings: AccountSettings): void {
  run(sql, 'UPDATE accounts SET settings = ? WHERE account = ?', storableJson(settings), settings.account);
}

/** What an account is made of at its venue stays while anything of it is open there. */
const FIXED = ['mode', 'venue', 'kind', 'quote'] as const;

function checkMove(sql: DatabaseSync, before: AccountSettings, after: AccountSettings): void {
  const changed = FIXED.filter(name => before[name] !== after[name]);
  if (changed.length === 0) return;
  const traded = one(sql, 'SELECT 1 FROM orders WHERE account = ? LIMIT 1', before.account);
  if (!traded) return;
  throw new AlphaloomError(
    'ACCOUNT_STATE',
    `The account ${before.account} has traded: its ${changed.join(', ')} can’t change. Make another account: write accounts: {${before.account}-2: {venue: ${after.venue}, mode: ${after.mode}}} into alphaloom.yaml, then trade start ${before.account}-2.`,
    { account: before.account, changed },
  );
}

export function recordOf(sql: DatabaseSync, row: AccountRow): AccountRecord {
  const settings = JSON.parse(row.settings) as AccountSettings;
  const pauses = all<PauseRow>(
    sql,
    'SELECT symbol, until, is_flattening, is_flat FROM symbol_pauses WHERE account = ? ORDER BY symbol',
    row.account,
  );
  const symbolsThat = (are: (pause: PauseRow) => boolean) => pauses.filter(are).map(({ symbol }) => symbol);
  return {
    ...settings,
    state: row.state,
    stateReason: row.state_reason,
    stateTime: row.state_time,
    pausedSymbols: pauses.map(({ symbol, until }) => ({ symbol, until })),
    pausedUntil: row.paused_until,
    flattening:
      row.state === 'flattening'
        ? tradedSymbols(sql, settings)
        : symbolsThat(({ is_flattening }) => is_flattening === 1),
    flattened: row.is_flat === 1 ? tradedSymbols(sql, settings) : symbolsThat(({ is_flat }) => is_flat === 1),
    afterFlatten: row.after_flatten,
    lastCloseTime: row.last_close_time,
    closes: row.closes,
    riskMemory: JSON.parse(row.risk_memory),
  };
}

/** Symbols of the settings, and others that something is still open in. */
export function tradedSymbols(sql: DatabaseSync, { account, symbols }: AccountSettings): string[] {
  const open = all<{ symbol: string }>(
    sql,
    `SELECT symbol FROM positions WHERE account = ?1 AND closed_at IS NULL
     UNION SELECT symbol FROM orders WHERE account = ?1 AND status IN ('planned', 'sending', 'unknown', 'open')`,
    account,
  );
  return [...new Set([...symbols.map(({ symbol }) => symbol), ...open.map(({ symbol }) => symbol)])];
}
