import type { ValidateRequest } from '../contracts/live-trading.ts';
import { asActivity } from './activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

/** One committed verdict for each planned entry; without an approval it is withdrawn and its slot released. */
export function validateEntries(rooms: TradingRooms) {
  return asActivity(async (request: ValidateRequest, { signal }): Promise<{ validated: number }> => {
    const { close, orders } = request;
    const open = await rooms.open(accountOf(rooms, request));
    const entries = orders
      .flatMap(id => rooms.ledger.order(id) ?? [])
      .filter(({ leg, status }) => leg === 'entry' && status === 'planned');
    await rooms.validate(open, entries, close, signal);
    return { validated: entries.length };
  });
}
