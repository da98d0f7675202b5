import type { FlattenedAccount, FlattenRequest } from '../../contracts/live-trading.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

/** Cancels own orders, closes positions at market and verifies; asks without end while the venue is down. */
export function flattenTrading(rooms: TradingRooms) {
  return asActivity(async (request: FlattenRequest, { signal }): Promise<FlattenedAccount> => {
    const { account, symbols } = request;
    const open = await rooms.open(accountOf(rooms, request));
    const { state, stateTime, flattening } = open.record;
    // It was done before: whoever did it could not say so any more, and the account may have been resumed since.
    const isAsked =
      symbols === null ? state === 'flattening' : symbols.some(each => flattening.includes(each));
    if (!isAsked) return { account, isDone: true };
    // Symbols may be closed again and again: each time by a message of its own.
    const message = rooms.ledger.lastEvent(account, 'flatten')?.id ?? 0;
    const { isDone } = await flattenAccount(rooms.desk(open, signal, null), {
      symbols,
      actor: 'workflow',
      operationId: `${account}/flatten/${stateTime}/${message}/${flattening.join()}`,
    });
    return { account, isDone };
  });
}
