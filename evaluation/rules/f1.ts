import type { GateSpec } from '../../contracts/recipe.ts';
import { oppositeClasses } from '../../contracts/tasks.ts';
import { decimals, joined, sentence } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, isVeto, type Judgement, outcomeOf } from './rule.ts';

/** Whether what it says to do is right and found: F1 of APPROVE, or of LONG and of SHORT, each. */
export const f1: GateRule = {
  name: 'f1',
  required: false,
  onRequest: true,
  threshold: (gate, facts) => `F1 of ${joined(actions(facts))} > ${gate.minF1}`,
  judge: judgeF1,
};

function judgeF1(facts: GateFacts, gate: GateSpec): Judgement {
  const names = actions(facts);
  const rows = facts.metrics.perClass.filter(row => names.includes(row.class));
  const clauses = rows.map(row =>
    row.support === 0
      ? `${row.class} does not occur in the block`
      : `its F1 of ${row.class} is ${decimals(row.f1)} (precision ${decimals(row.precision)}, recall ${decimals(row.recall)})`,
  );
  return {
    outcome: outcomeOf(rows.map(row => (row.support === 0 ? null : row.f1 > gate.minF1))),
    numbers: Object.fromEntries(rows.map(row => [`f1${row.class}`, row.support === 0 ? null : row.f1])),
    reason: sentence([...clauses, `more than ${gate.minF1} is asked`]),
  };
}

/** The classes that mean doing something; of a veto the one that lets a signal through. */
function actions(facts: Pick<GateFacts, 'classes'>): readonly string[] {
  const [positive, negative] = oppositeClasses(facts.classes) ?? [];
  if (positive === undefined || negative === undefined) return [];
  return isVeto(facts) ? [positive] : facts.classes.filter(name => name === positive || name === negative);
}
