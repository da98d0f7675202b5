import type { RuleOutcome } from '../../contracts/evidence.ts';
import { atLeast, basisPoints, interval } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, type Judgement, liesAbove, outcomeOf } from './rule.ts';

/** Whether the model earns its costs: sets `tradable`, refuses nobody. */
export const edge: GateRule = {
  name: 'edge',
  required: false,
  threshold: () => 'low(netReturnPerTrade) > 0',
  judge: judgeEdge,
};

function judgeEdge({ intervals, backtest }: GateFacts): Judgement {
  const net = intervals.netReturnPerTrade;
  const outcome = outcomeOf([liesAbove(net.low, 0)]);
  const mean = `${basisPoints(net.value)} per trade after costs (up to ${2 * backtest.costsPerSideBps} bp)`;
  const reasons: Record<RuleOutcome, string> = {
    pass: `It earned ${mean}, at least ${atLeast(net.low === null ? null : net.low * 10_000, 1)} bp with 95 % confidence.`,
    fail: `It made ${mean}, and the interval (${interval(net, basisPoints)}) does not stay above 0: signals and paper trading only.`,
    inconclusive: `Its ${backtest.trades} trades are too few for an interval of the return per trade: signals and paper trading only.`,
  };
  return {
    outcome,
    numbers: {
      netReturnPerTrade: net.value,
      netReturnPerTradeLow: net.low,
      netReturnPerTradeHigh: net.high,
      grossReturnPerTrade: intervals.grossReturnPerTrade.value,
      trades: backtest.trades,
    },
    reason: reasons[outcome],
  };
}
