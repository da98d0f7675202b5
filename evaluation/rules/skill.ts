import type { ClassMetrics, Metrics } from '../../contracts/evidence.ts';
import { atLeast, aucName, decimals, percent, sentence } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, isVeto, type Judgement, liesAbove, outcomeOf } from './rule.ts';

/**
 * Skill is asked of both: MCC over three classes mostly rewards guessing volatility, and the AUC of LONG against SHORT
 * sees the direction alone. Of a veto MCC judges the answers as they are given, and the AUC of APPROVE against REJECT how it
 * ranks signals whatever the threshold.
 */
export const skill: GateRule = {
  name: 'skill',
  required: true,
  threshold: () => 'low(mcc) > 0 and low(directionalAuc) > 0.5',
  judge: judgeSkill,
};

/** From this share of equal answers on, a model is as good as constant. */
const NEARLY_ALWAYS = 0.95;

function judgeSkill(facts: GateFacts): Judgement {
  const { metrics, intervals } = facts;
  const { mcc, directionalAuc } = intervals;
  const outcome = outcomeOf([liesAbove(mcc.low, 0), liesAbove(directionalAuc.low, 0.5)]);
  const answered = mostOf(metrics, 'predicted');
  const commonest = mostOf(metrics, 'support');
  return {
    outcome,
    numbers: {
      mcc: mcc.value,
      mccLow: mcc.low,
      directionalAuc: directionalAuc.value,
      directionalAucLow: directionalAuc.low,
      commonestAnswerShare: answered.predicted / metrics.rows,
      majorityClassShare: commonest.support / metrics.rows,
    },
    reason:
      outcome === 'pass'
        ? `It tells the classes apart (MCC at least ${atLeast(mcc.low)}) and ${isVeto(facts) ? 'ranks signals' : 'the direction'} too (AUC at least ${atLeast(directionalAuc.low)}), both beyond chance.`
        : (constantAnswer(metrics, answered, commonest) ?? weakness(facts)),
  };
}

function mostOf(metrics: Metrics, count: 'predicted' | 'support'): ClassMetrics {
  return metrics.perClass.reduce((most, row) => (row[count] > most[count] ? row : most));
}

/** Why a model that hardly ever changes its answer is worth nothing, however accurate; null for any other. */
function constantAnswer(metrics: Metrics, answered: ClassMetrics, commonest: ClassMetrics): string | null {
  const share = answered.predicted / metrics.rows;
  if (share < NEARLY_ALWAYS) return null;
  const often = share === 1 ? 'always' : `nearly always (on ${percent(share)} of the rows)`;
  return answered === commonest
    ? `It ${often} answers ${answered.class}, which is the majority class (${percent(commonest.support / metrics.rows)} of the truth), so its accuracy of ${percent(metrics.accuracy)} shows no skill.`
    : `It ${often} answers ${answered.class}, whatever the bar, which shows no skill.`;
}

function weakness({ classes, intervals: { mcc, directionalAuc } }: GateFacts): string {
  const clauses = [
    { name: 'MCC', low: mcc.low, chance: 0 },
    { name: aucName(classes), low: directionalAuc.low, chance: 0.5 },
  ]
    .filter(({ low, chance }) => liesAbove(low, chance) !== true)
    .map(({ name, low, chance }) =>
      low === null
        ? `its ${name} has no interval on so few or so one-sided rows`
        : `its ${name} may be as low as ${decimals(low)}, where chance is ${chance}`,
    );
  return sentence(clauses);
}
