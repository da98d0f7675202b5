import type { ExecutedOrder, ExecuteRequest } from '../../contracts/live-trading.ts';
import type { SymbolResult } from '../../contracts/trading.ts';
import type { LedgerOrder } from '../../trading/ledger/records.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

/** The activity has 10 s: what is not done by then is settled beside the next closes. */
const EXECUTED_MS = 8_000;

/** Cancels, then exits, then entries; what is not certain at the deadline is `unknown` and is settled later. */
export function executeOrders(rooms: TradingRooms) {
  return asActivity(async (request: ExecuteRequest, { signal }): Promise<readonly ExecutedOrder[]> => {
    const { close, orders, cancels } = request;
    const open = await rooms.open(accountOf(rooms, request));
    const { risk } = open.record.policy;
    const isLive = open.record.mode === 'live';
    const desk = rooms.desk(open, signal, close.closeTime);
    const results = await executePlanned(desk, {
      planned: named(rooms, orders),
      cancels: named(rooms, cancels),
      deadline: Math.min(close.deadline, desk.now() + EXECUTED_MS),
      priceBandBps: (isLive && risk?.priceBandBps) || null,
      maxSpreadBps: (isLive && risk?.maxSpreadBps) || null,
    });
    return results.flatMap(rowsOf);
  });
}

function named({ ledger }: TradingRooms, ids: readonly string[]): LedgerOrder[] {
  return ids.flatMap(id => ledger.order(id) ?? []);
}

function rowsOf(result: SymbolResult<readonly LedgerOrder[]>): ExecutedOrder[] {
  if (!result.ok) {
    const { symbol, error } = result;
    return [{ clientOrderId: '', symbol, leg: '', status: 'unknown', reason: error.code }];
  }
  return result.value.map(({ clientOrderId, symbol, leg, status, reason }) => ({
    clientOrderId,
    symbol,
    leg,
    status,
    reason,
  }));
}
