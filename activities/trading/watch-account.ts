import type { WatchRequest } from '../../contracts/live-trading.ts';
import { briefly } from '../../trading/in-time.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { createLateLook } from '../../trading/orders/late-look.ts';
import { awaitsNews, settleAccount, unknownOrders } from '../../trading/orders/settle.ts';
import { asActivity } from '../activity.ts';
import { accountOf, type TradingRooms } from './trading-rooms.ts';

const EVERY_MS = 2_000;
/** One symbol’s turn may take this long; after `EVERY_MS` it is waited for no more, so that it holds up no other. */
const PASS_MS = 10_000;

/** Looks after what is open until the next close: settles what is not certain, watches stops and targets. */
export function watchAccount(rooms: TradingRooms) {
  const lateLook = createLateLook(rooms.ledger);
  return asActivity(async (request: WatchRequest, { signal }): Promise<{ unknown: number }> => {
    const open = await rooms.open(accountOf(rooms, request));
    const { account, mode } = open.record;
    const desk = rooms.desk(open, signal, null);
    const isOpen = () => rooms.ledger.openOrders(account).length > 0;
    const awaits = () => (mode === 'live' ? awaitsNews(rooms.ledger, open.record, desk.now()) : isOpen());
    let unknown = 0;
    do {
      if (awaits()) {
        const lookBack = lateLook(account, desk.now());
        await briefly(desk, EVERY_MS, settleAccount(desk, { deadline: desk.now() + PASS_MS, lookBack }));
      }
      unknown = unknownOrders(rooms.ledger, account);
      const holds = mode === 'live' && rooms.ledger.positions(account).length > 0;
      if (holds)
        await briefly(desk, EVERY_MS, keepPositions(desk, { bars: [], deadline: desk.now() + PASS_MS }));
      // A limit entry that rests at a venue may fill at any moment, and then needs its stop; on paper its bars bring that.
      const waits = mode === 'live' && awaits();
      if (!holds && !waits && unknown === 0) break;
      await desk.sleep(Math.min(EVERY_MS, Math.max(0, request.untilTime - rooms.clock.now())), signal);
      signal.throwIfAborted();
    } while (rooms.clock.now() < request.untilTime);
    return { unknown };
  });
}
