import type { GateSpec } from '../../contracts/recipe.ts';
import { percent } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, isVeto, type Judgement, outcomeOf } from './rule.ts';

/** Whether it acts neither too often nor too seldom: what approves nearly everything chooses nothing. */
export const approvalRate: GateRule = {
  name: 'approval-rate',
  required: false,
  onRequest: true,
  threshold: ({ approvalRate: [least, most] }, facts) =>
    `${least} <= share of ${isVeto(facts) ? 'APPROVE' : 'LONG and SHORT'} <= ${most}`,
  judge: judgeRate,
};

function judgeRate(facts: GateFacts, { approvalRate: [least, most] }: GateSpec): Judgement {
  const { rows, perClass } = facts.metrics;
  const passive = isVeto(facts) ? 'REJECT' : 'NO_TRADE';
  const acted = perClass.reduce((sum, row) => sum + (row.class === passive ? 0 : row.predicted), 0);
  const share = acted / rows;
  return {
    outcome: outcomeOf([share >= least && share <= most]),
    numbers: { actedShare: share, acted },
    reason: `It ${isVeto(facts) ? 'approves' : 'trades on'} ${percent(share)} of the rows; ${percent(least)} to ${percent(most)} are asked.`,
  };
}
