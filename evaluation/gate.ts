import type { Evidence } from '../contracts/evidence.ts';
import type { GateSpec } from '../contracts/recipe.ts';
import { approvalRate } from './rules/approval-rate.ts';
import { auc } from './rules/auc.ts';
import { edge } from './rules/edge.ts';
import { enoughEvidence } from './rules/enough-evidence.ts';
import { f1 } from './rules/f1.ts';
import type { GateFacts, GateRule } from './rules/rule.ts';
import { latency, parity, size } from './rules/serving.ts';
import { skill } from './rules/skill.ts';
import { tradeRecall } from './rules/trade-recall.ts';

/** The gate, a line per rule, in the order of its table. */
const GATE_RULES: readonly GateRule[] = [
  skill,
  edge,
  enoughEvidence,
  tradeRecall,
  auc,
  f1,
  approvalRate,
  size,
  latency,
  parity,
];

/** Judges a candidate alone, as the recipe's gate says: eligible if every required rule passes, tradable by the edge rule and nothing else. */
export function judgeCandidate(
  facts: GateFacts,
  gate: GateSpec,
): Pick<Evidence, 'rules' | 'eligible' | 'tradable'> {
  const asked = GATE_RULES.filter(({ name, onRequest }) => !onRequest || gate.rules[name] !== undefined);
  const rules = asked.map(rule => ({
    rule: rule.name,
    required: isRequired(rule, gate),
    threshold: rule.threshold(gate, facts),
    ...rule.judge(facts, gate),
  }));
  return {
    rules,
    eligible: rules.every(({ required, outcome }) => !required || outcome === 'pass'),
    tradable: rules.some(rule => rule.rule === edge.name && rule.outcome === 'pass'),
  };
}

function isRequired(rule: GateRule, { rules }: GateSpec): boolean {
  const wish = rules[rule.name];
  return wish === undefined ? rule.required : wish === 'required';
}
