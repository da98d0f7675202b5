import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { TradingMessageName, TradingMessagePayload } from '../../contracts/messages.ts';
import type { Policy } from '../../contracts/policy.ts';
import { changeSettings } from './accounts.ts';
import { recordEvent } from './events.ts';
import { stillOpen } from './flattening.ts';
import { bookGone } from './gone.ts';
import { cancelOrder, resolveOrder } from './order-wishes.ts';
import { selectOpenOrders } from './orders.ts';
import { pauseSymbol, resumeSymbol } from './pauses.ts';
import { selectPositions } from './positions.ts';
import type { AccountRecord } from './records.ts';
import { checkTraded, refuseFlattening, refuseWhere } from './refusals.ts';
import { withdraw } from './sending.ts';
import { moveState } from './state-moves.ts';

export interface By {
  readonly at: number;
  readonly actor: string;
  readonly reason: string;
  readonly operationId: string;
}

export interface WishContext {
  readonly by: By;
  readonly policy: Policy | null;
  /** Of `resolve`: the venue was asked about the order, and can’t say. */
  readonly isVenueSilent: boolean;
}

export interface Carried {
  readonly outcome: string;
  /** Absent: the operator's own reason says it. */
  readonly why?: string;
}

type Wish<Name extends TradingMessageName> = (
  sql: DatabaseSync,
  record: AccountRecord,
  payload: TradingMessagePayload<Name>,
  context: WishContext,
) => Carried;

const UNCHANGED = 'unchanged';

/** What each message does to an account; docs/trading.md has the states. */
export const WISHES: { readonly [Name in TradingMessageName]: Wish<Name> } = {
  pause(sql, record, { symbols, until }, { by }) {
    if (until !== undefined && until <= by.at) {
      throw new AlphaloomError('TIME_INVALID', 'The pause would end in the past. Name a later time.', {
        until,
        now: by.at,
      });
    }
    refuseWhere(record, ['stopped'], 'It does not trade: there is nothing to pause');
    if (symbols) {
      checkTraded(sql, record, symbols);
      for (const symbol of symbols)
        pauseSymbol(sql, record.account, symbol, { until: until ?? null, isFlattening: false, ...by });
      return { outcome: `paused ${symbols.join(', ')}` };
    }
    if (record.state === 'halted' || record.state === 'flattening')
      return { outcome: UNCHANGED, why: `${record.state}: takes no entries anyway` };
    moveState(sql, record, { to: 'paused', ...by, ...(until !== undefined && { pausedUntil: until }) });
    return { outcome: 'paused' };
  },

  resume(sql, record, { symbols, acknowledge }, { by }) {
    refuseWhere(record, ['flattening'], 'Wait until its positions are closed');
    refuseWhere(record, ['stopped'], 'Start it: trade start');
    const paused = record.pausedSymbols.map(({ symbol }) => symbol);
    if (symbols) {
      // One that `set` left out may still be paused.
      const others = symbols.filter(symbol => !paused.includes(symbol));
      checkTraded(sql, record, others);
      refuseFlattening(record, symbols);
      const resumed = symbols.filter(symbol => resumeSymbol(sql, record.account, symbol, by));
      return resumed.length > 0
        ? { outcome: `resumed ${resumed.join(', ')}` }
        : { outcome: UNCHANGED, why: 'none of them was paused' };
    }
    const why = paused.length > 0 ? { why: `still paused by themselves: ${paused.join(', ')}` } : {};
    if (record.state === 'running') return { outcome: UNCHANGED, why: 'it was running', ...why };
    if (record.state === 'halted' && acknowledge !== true) {
      throw new AlphaloomError(
        'ACCOUNT_STATE',
        `The account ${record.account} was halted: ${record.stateReason}. Resume it with --acknowledge once that is understood.`,
        { account: record.account, state: record.state, reason: record.stateReason },
      );
    }
    moveState(sql, record, { to: 'running', ...by });
    return { outcome: 'resumed', ...why };
  },

  flatten(sql, record, { symbols }, { by }) {
    if (symbols) {
      checkTraded(sql, record, symbols);
      for (const symbol of symbols) {
        pauseSymbol(sql, record.account, symbol, { until: null, isFlattening: true, ...by });
        withdrawPlanned(sql, record.account, symbol, by.at);
      }
      const facts = { symbols: symbols.join(', '), by: by.actor };
      const tell = { event: 'flatten-started' as const, facts };
      recordEvent(sql, { account: record.account, kind: 'flatten', ...by, detail: { symbols }, tell });
      return { outcome: `flattening ${symbols.join(', ')}` };
    }
    if (record.state === 'flattening') return { outcome: UNCHANGED, why: 'it is being flattened' };
    const afterFlatten = record.state === 'stopped' ? 'stopped' : 'halted';
    return flattenAll(sql, record, by, afterFlatten);
  },

  set(sql, record, { symbols, policy: name }, { by, policy }) {
    if (name !== undefined && policy === null)
      throw new AlphaloomError('INTERNAL', `The policy ${name} was not read.`, { policy: name });
    const { account } = record;
    const kept = symbols ?? record.symbols;
    if (new Set(kept.map(({ symbol }) => symbol)).size !== kept.length) {
      throw new AlphaloomError('USAGE', 'A symbol is named twice. An account trades it on one timeframe.', {
        symbols: kept,
      });
    }
    const left = record.symbols.filter(
      traded =>
        !kept.some(({ symbol, timeframe }) => symbol === traded.symbol && timeframe === traded.timeframe),
    );
    const open = stillOpen(
      sql,
      account,
      left.map(({ symbol }) => symbol),
    );
    if (open.length > 0) {
      throw new AlphaloomError(
        'ACCOUNT_STATE',
        `${open.join(', ')} can’t be left out or change its timeframe while a position or an order is open. Flatten it first.`,
        { account, open },
      );
    }
    const { symbols: _, policy: __, ...rest } = settingsOf(record);
    changeSettings(sql, { ...rest, symbols: kept, policy: policy ?? record.policy });
    recordEvent(sql, {
      account,
      kind: 'set',
      ...by,
      detail: { symbols: kept, policy: (policy ?? record.policy).name },
    });
    const traded = kept.map(({ symbol, timeframe }) => `${symbol}/${timeframe}`).join(', ') || 'nothing';
    const why = `it trades ${traded} by policy ${(policy ?? record.policy).name} from the next close on`;
    return { outcome: 'set', why };
  },

  cancel: (sql, record, { order }, { by }) => cancelOrder(sql, record, order, by),

  resolve: (sql, record, payload, context) => resolveOrder(sql, record, payload, context),

  adjust: (sql, record, payload, { by }) => bookGone(sql, record, payload, by),

  stop(sql, record, { positions = 'refuse' }, { by }) {
    const { account } = record;
    if (record.state === 'stopped') return { outcome: UNCHANGED, why: 'it was stopped' };
    for (const { symbol } of selectOpenOrders(sql, account)) withdrawPlanned(sql, account, symbol, by.at);
    const open = stillOpen(sql, account, null);
    if (open.length > 0 && positions === 'refuse') {
      throw new AlphaloomError(
        'ACCOUNT_STATE',
        `The account ${account} has open positions or orders: ${open.join(', ')}. Stop it with --flatten or --leave-positions.`,
        { account, open },
      );
    }
    if (record.state === 'flattening' && positions !== 'leave')
      throw new AlphaloomError(
        'ACCOUNT_STATE',
        `The account ${account} is being flattened. Wait until it is flat.`,
        {
          account,
        },
      );
    if (open.length > 0 && positions === 'flatten') return flattenAll(sql, record, by, 'stopped');
    moveState(sql, record, { to: 'stopped', ...by });
    const left = selectPositions(sql, account).map(({ symbol }) => symbol);
    return { outcome: 'stopped', ...(left.length > 0 && { why: `positions left: ${left.join(', ')}` }) };
  },
};

function flattenAll(
  sql: DatabaseSync,
  record: AccountRecord,
  by: By,
  afterFlatten: 'halted' | 'stopped',
): Carried {
  for (const { symbol } of selectOpenOrders(sql, record.account))
    withdrawPlanned(sql, record.account, symbol, by.at);
  moveState(sql, record, { to: 'flattening', afterFlatten, ...by });
  return { outcome: 'flattening' };
}

/** What was planned and is not sent yet has no part in it any more. */
function withdrawPlanned(sql: DatabaseSync, account: string, symbol: string, at: number): void {
  for (const { client_order_id, status } of selectOpenOrders(sql, account, symbol))
    if (status === 'planned') withdraw(sql, client_order_id, 'account-state', at);
}

function settingsOf({
  account,
  mode,
  venue,
  kind,
  quote,
  clock,
  symbols,
  policy,
  costs,
  capital,
  iterations,
}: AccountRecord) {
  return { account, mode, venue, kind, quote, clock, symbols, policy, costs, capital, iterations };
}
