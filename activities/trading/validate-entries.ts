import type { ValidateRequest } from '../../contracts/live-trading.ts';
import type { LedgerOrder } from '../../trading/ledger/records.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

/** One committed verdict for each planned entry; without an approval it is withdrawn and its slot released. */
export function validateEntries(rooms: TradingRooms) {
  return asActivity(async (request: ValidateRequest, { signal }): Promise<{ validated: number }> => {
    const open = await rooms.open(accountOf(rooms, request));
    const entries = plannedEntries(rooms, request);
    await rooms.validate(open, entries, request.close, signal);
    return { validated: entries.length };
  });
}

/** Withdraws entries about which the question failed; whether it was put nobody knows, so it is not put again. */
export function refuseEntries(rooms: TradingRooms) {
  return asActivity(async (request: ValidateRequest): Promise<{ account: string }> => {
    const open = await rooms.open(accountOf(rooms, request));
    await rooms.refuse(open, plannedEntries(rooms, request), request.close);
    return { account: request.account };
  });
}

function plannedEntries({ ledger }: TradingRooms, { orders }: ValidateRequest): LedgerOrder[] {
  return orders
    .flatMap(id => ledger.order(id) ?? [])
    .filter(({ leg, status }) => leg === 'entry' && status === 'planned');
}
