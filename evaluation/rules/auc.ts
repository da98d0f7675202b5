import type { GateSpec } from '../../contracts/recipe.ts';
import { aucName, decimals, interval } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, type Judgement, outcomeOf } from './rule.ts';

/** How well it ranks, as a value and not as a bound: whether that is more than chance is said by the rule skill. */
export const auc: GateRule = {
  name: 'auc',
  required: false,
  onRequest: true,
  threshold: gate => `directionalAuc > ${gate.minAuc}`,
  judge: judgeAuc,
};

function judgeAuc({ intervals, classes }: GateFacts, gate: GateSpec): Judgement {
  const { value, low } = intervals.directionalAuc;
  const found =
    value === null
      ? 'is not defined, as one of the two does not occur'
      : `is ${decimals(value)} (${interval(intervals.directionalAuc, decimals)})`;
  return {
    outcome: outcomeOf([value === null ? null : value > gate.minAuc]),
    numbers: { directionalAuc: value, directionalAucLow: low },
    reason: `Its ${aucName(classes)} ${found}; more than ${gate.minAuc} is asked.`,
  };
}
