import { applyMessage, recordRefusal } from './apply-message.ts';
import { decideBars } from './decide-bars.ts';
import { executeOrders } from './execute-orders.ts';
import { flattenTrading } from './flatten-trading.ts';
import { inferBars } from './infer-bars.ts';
import { planClose } from './plan-close.ts';
import { recoverTrading } from './recover-trading.ts';
import { refreshCandles } from './refresh-candles.ts';
import type { TradingRooms } from './trading-rooms.ts';
import { refuseEntries, validateEntries } from './validate-entries.ts';
import { watchAccount } from './watch-account.ts';

/** Activities of the queue `trading`. */
export function createTradingActivities(rooms: TradingRooms) {
  return {
    recoverTrading: recoverTrading(rooms),
    planClose: planClose(rooms),
    refreshCandles: refreshCandles(rooms),
    inferBars: inferBars(rooms),
    decideBars: decideBars(rooms),
    validateEntries: validateEntries(rooms),
    refuseEntries: refuseEntries(rooms),
    executeOrders: executeOrders(rooms),
    watchAccount: watchAccount(rooms),
    flattenTrading: flattenTrading(rooms),
    applyMessage: applyMessage(rooms),
    recordRefusal: recordRefusal(rooms),
  };
}

export type TradingActivities = ReturnType<typeof createTradingActivities>;
