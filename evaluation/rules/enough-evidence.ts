import type { GateSpec } from '../../contracts/recipe.ts';
import { joined } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, isVeto, type Judgement, outcomeOf } from './rule.ts';

/** Trades are asked of models that say themselves what to trade: how many a veto lets through is up to the signals. */
export const enoughEvidence: GateRule = {
  name: 'enough-evidence',
  required: true,
  threshold: (gate, facts) =>
    `rows >= ${gate.minTestRows}${isVeto(facts) ? '' : ` and trades >= ${gate.minTrades}`}`,
  judge: judgeAmount,
};

function judgeAmount(facts: GateFacts, gate: GateSpec): Judgement {
  const { rows } = facts.metrics;
  const { trades } = facts.backtest;
  const amounts = [
    { name: 'test rows', found: rows, least: gate.minTestRows },
    ...(isVeto(facts) ? [] : [{ name: 'trades', found: trades, least: gate.minTrades }]),
  ];
  const missing = amounts.filter(({ found, least }) => found < least);
  return {
    outcome: outcomeOf([missing.length === 0]),
    numbers: { rows, trades },
    reason: missing.length
      ? `There are only ${joined(missing.map(({ name, found, least }) => `${found} of ${least} ${name}`))} to judge by.`
      : `It was judged on ${joined(amounts.map(({ name, found }) => `${found} ${name}`))}.`,
  };
}
