import type { WatchRequest } from '../../contracts/live-trading.ts';
import type { Desk } from '../../trading/desk.ts';
import { briefly } from '../../trading/in-time.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import {
  awaitsNews,
  settleAccount,
  symbolsWithNews,
  symbolsWithRestingStops,
  unknownOrders,
} from '../../trading/orders/settle.ts';
import { createRota } from '../../trading/rota.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

const EVERY_MS = 2_000;
/** One symbol’s turn may take this long; after `EVERY_MS` it is waited for no more, so that it holds up no other. */
const PASS_MS = 10_000;
/**
 * Questions of a close wait behind those that are asked already: few symbols at once. One that is worked on, by a close or by the pass
 * before, is looked after and is passed over.
 */
const TURNS = { atOnce: 8, busyMs: 0 };
/** Late fills are rare and the dearest to ask for. */
const LATE_FILLS = { atOnce: 4, everyMs: 10_000 };
const RESTING_STOPS = { atOnce: 8, everyMs: 0 };

/** Looks after what is open until the next close: settles what is not certain, watches stops and targets. */
export function watchAccount(rooms: TradingRooms) {
  const { ledger } = rooms;
  const lateFillRota = createRota(LATE_FILLS);
  const restingStopRota = createRota(RESTING_STOPS);
  const settled = (desk: Desk) => {
    const { account } = desk;
    const now = desk.now();
    return settleAccount(desk, {
      deadline: now + PASS_MS,
      lateFills: lateFillRota(account, symbolsWithNews(ledger, account, now), now),
      restingStops: restingStopRota(account, symbolsWithRestingStops(ledger, account), now),
      turns: TURNS,
    });
  };
  return asActivity(async (request: WatchRequest, { signal }): Promise<{ unknown: number }> => {
    const open = await rooms.open(accountOf(rooms, request));
    const { account, mode } = open.record;
    const desk = rooms.desk(open, signal, null);
    const isOpen = () => ledger.openOrders(account).length > 0;
    const awaits = () => (mode === 'live' ? awaitsNews(ledger, open.record, desk.now()) : isOpen());
    let unknown = 0;
    do {
      const holds = () => mode === 'live' && ledger.positions(account).length > 0;
      if (awaits()) await briefly(desk, EVERY_MS, settled(desk));
      else if (holds()) {
        const pass = { bars: [], deadline: desk.now() + PASS_MS, turns: TURNS };
        await briefly(desk, EVERY_MS, keepPositions(desk, pass));
      }
      unknown = unknownOrders(ledger, account);
      // A limit entry that rests at a venue may fill at any moment, and then needs its stop; on paper its bars bring that.
      const waits = mode === 'live' && awaits();
      if (!holds() && !waits && unknown === 0) break;
      await desk.sleep(Math.min(EVERY_MS, Math.max(0, request.untilTime - rooms.clock.now())), signal);
      signal.throwIfAborted();
    } while (rooms.clock.now() < request.untilTime);
    return { unknown };
  });
}
