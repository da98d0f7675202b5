import { createTradingActivities } from '../../activities/trading/trading-activities.ts';
import type { TradingRooms } from '../../activities/trading/trading-rooms.ts';
import type { TradingPlan } from '../../contracts/live-trading.ts';
import { runActivity } from './pipeline.ts';

/**
 * The steps of `liveTrading` in this process and in their order, without Temporal, until the account has ended.
 * @param closed is told each close once it is decided
 */
export async function tradeInProcess(
  trading: TradingRooms,
  account: string,
  closed: (closeTime: number) => void = () => {},
): Promise<string> {
  const steps = createTradingActivities(trading);
  const input = { account, ledgerId: trading.ledger.id };
  await runActivity(steps.recoverTrading, { ...input, isStart: true });
  let workedCloseTime: number | null = null;
  for (;;) {
    const plan: TradingPlan = await runActivity(steps.planClose, { ...input, workedCloseTime });
    if (plan.kind === 'end') return plan.reason;
    if (plan.kind === 'flatten') {
      await runActivity(steps.flattenTrading, { ...input, symbols: plan.symbols });
      continue;
    }
    if (plan.kind === 'recover') {
      await runActivity(steps.recoverTrading, { ...input, isStart: false });
      continue;
    }
    const { close }: Extract<TradingPlan, { kind: 'close' }> = plan;
    const request = { ...input, close };
    const refreshed = await runActivity(steps.refreshCandles, request);
    if (refreshed === null) continue;
    const inferred = await runActivity(steps.inferBars, { ...request, refreshed });
    const { orders, cancels } = await runActivity(steps.decideBars, { ...request, inferred });
    closed(close.closeTime);
    if (orders.length > 0 || cancels.length > 0)
      await runActivity(steps.executeOrders, { ...request, orders, cancels });
    workedCloseTime = close.closeTime;
  }
}
