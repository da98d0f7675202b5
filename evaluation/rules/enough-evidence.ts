import type { GateSpec } from '../../contracts/recipe.ts';
import { joined } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, type Judgement, outcomeOf } from './rule.ts';

export const enoughEvidence: GateRule = {
  name: 'enough-evidence',
  required: true,
  threshold: gate => `rows >= ${gate.minTestRows} and trades >= ${gate.minTrades}`,
  judge: judgeAmount,
};

function judgeAmount({ metrics, backtest }: GateFacts, gate: GateSpec): Judgement {
  const missing: string[] = [];
  if (metrics.rows < gate.minTestRows) missing.push(`${metrics.rows} of ${gate.minTestRows} test rows`);
  if (backtest.trades < gate.minTrades) missing.push(`${backtest.trades} of ${gate.minTrades} trades`);
  return {
    outcome: outcomeOf([missing.length === 0]),
    numbers: { rows: metrics.rows, trades: backtest.trades },
    reason: missing.length
      ? `There are only ${joined(missing)} to judge by.`
      : `It was judged on ${metrics.rows} test rows and ${backtest.trades} trades.`,
  };
}
