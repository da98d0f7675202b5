import type { GateSpec } from '../../contracts/recipe.ts';
import { oppositeClasses } from '../../contracts/tasks.ts';
import { percent, sentence } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, type Judgement, outcomeOf } from './rule.ts';

/**
 * Both classes that act must be found at times; on spot too, where SHORT is what closes a long. A veto acts by both of
 * its answers: what never approves stops everything, what never rejects stops nothing.
 */
export const tradeRecall: GateRule = {
  name: 'trade-recall',
  required: true,
  threshold: (gate, { classes }) => {
    const [one, other] = actingClasses(classes);
    return `recall of ${one} and of ${other} >= ${gate.minTradeRecall}`;
  },
  judge: judgeTradeRecall,
};

function judgeTradeRecall({ metrics, classes }: GateFacts, gate: GateSpec): Judgement {
  const acting = actingClasses(classes);
  const sides = metrics.perClass.filter(row => acting.includes(row.class));
  const checks = sides.map(row => (row.support === 0 ? null : row.recall >= gate.minTradeRecall));
  const clauses = sides.map(row =>
    row.support === 0
      ? `${row.class} does not occur in the block`
      : `it finds ${percent(row.recall)} of the ${row.class} rows`,
  );
  return {
    outcome: outcomeOf(checks),
    numbers: Object.fromEntries(
      sides.map(row => [`recall${row.class}`, row.support === 0 ? null : row.recall]),
    ),
    reason: sentence([...clauses, `${percent(gate.minTradeRecall)} are asked of each`]),
  };
}

/** In the order of the model's classes. */
function actingClasses(classes: readonly string[]): string[] {
  const opposites: readonly string[] = oppositeClasses(classes) ?? [];
  return classes.filter(name => opposites.includes(name));
}
