import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { TradingActivities } from '../activities/trading/trading-activities.ts';
import type { ClosePlan } from '../contracts/live-trading.ts';
import { ACTIVITY_OPTIONS, type KindOfWork, LOCAL_STEP, REPLAYED_STEP } from './activity-options.ts';

/** An activity of the trading worker. */
export function desk(kind: KindOfWork, summary: string) {
  return proxyActivities<TradingActivities>({ ...ACTIVITY_OPTIONS[kind], summary });
}

const nearby = proxyLocalActivities<TradingActivities>(LOCAL_STEP);
const replayed = proxyLocalActivities<TradingActivities>(REPLAYED_STEP);

/** Steps of a close. */
export type Steps = Pick<
  TradingActivities,
  | 'planClose'
  | 'refreshCandles'
  | 'inferBars'
  | 'decideBars'
  | 'validateEntries'
  | 'refuseEntries'
  | 'executeOrders'
>;

/** Where each step of a close runs: what asks an exchange or a language model is an activity, the rest stays in this process. */
export function stepsOf(plan: ClosePlan | null): Steps {
  if (plan === null) return nearby;
  if (plan.clock === 'replay')
    return { ...pick(replayed), validateEntries: desk('verdict', 'ask the language model').validateEntries };
  const { refreshCandles, executeOrders } = far(plan);
  const { validateEntries } = desk('verdict', 'ask the language model');
  return {
    ...pick(nearby),
    refreshCandles,
    validateEntries,
    ...(plan.mode === 'live' && { executeOrders }),
  };
}

function far({ close }: ClosePlan) {
  return desk('exchange', `close of ${new Date(close.closeTime).toISOString()}`);
}

/** The proxy makes its functions when they are asked for. */
function pick({
  planClose,
  refreshCandles,
  inferBars,
  decideBars,
  validateEntries,
  refuseEntries,
  executeOrders,
}: Steps): Steps {
  return {
    planClose,
    refreshCandles,
    inferBars,
    decideBars,
    validateEntries,
    refuseEntries,
    executeOrders,
  };
}
