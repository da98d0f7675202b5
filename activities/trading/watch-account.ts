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
/** Late fills are rare, and the dearest to ask for: questions of a close must not wait behind those of all symbols. */
const LATE_FILLS_EVERY_MS = 10_000;
const LATE_FILLS_AT_ONCE = 4;
/** Of many stops that rest, half are asked for in a pass: all of them in each would use up a venue’s limit. */
const ALL_STOPS_UP_TO = 8;

/** Looks after what is open until the next close: settles what is not certain, watches stops and targets. */
export function watchAccount(rooms: TradingRooms) {
  const { ledger } = rooms;
  const lateFillRota = createRota(LATE_FILLS_EVERY_MS);
  const restingStopRota = createRota(0);
  const settled = async (desk: Desk) => {
    const { account } = desk;
    const now = desk.now();
    const resting = symbolsWithRestingStops(ledger, account);
    const stopsAtOnce = Math.max(ALL_STOPS_UP_TO, Math.ceil(resting.length / 2));
    const news = symbolsWithNews(ledger, account, now);
    const lateFills = lateFillRota.next(account, news, LATE_FILLS_AT_ONCE, now);
    const restingStops = restingStopRota.next(account, resting, stopsAtOnce, now);
    const { symbols } = await settleAccount(desk, { deadline: now + PASS_MS, lateFills, restingStops });
    for (const row of symbols)
      if (!row.ok && row.error.code === 'TRADING_LATE') lateFillRota.giveBack(account, row.symbol);
  };
  return asActivity(async (request: WatchRequest, { signal }): Promise<{ unknown: number }> => {
    const open = await rooms.open(accountOf(rooms, request));
    const { account, mode } = open.record;
    const desk = rooms.desk(open, signal, null);
    const isOpen = () => ledger.openOrders(account).length > 0;
    const awaits = () => (mode === 'live' ? awaitsNews(ledger, open.record, desk.now()) : isOpen());
    const holds = () => mode === 'live' && ledger.positions(account).length > 0;
    let unknown = 0;
    do {
      // What is settled is kept with it.
      if (awaits()) await briefly(desk, EVERY_MS, settled(desk));
      else if (holds())
        await briefly(desk, EVERY_MS, keepPositions(desk, { bars: [], deadline: desk.now() + PASS_MS }));
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
