import type { GateSpec } from '../../contracts/recipe.ts';
import { percent, sentence } from '../../contracts/wording.ts';
import { type GateFacts, type GateRule, type Judgement, outcomeOf } from './rule.ts';

/** Both trade classes must be found at times; on spot too, where SHORT is what closes a long. */
export const tradeRecall: GateRule = {
  name: 'trade-recall',
  required: true,
  threshold: gate => `recall of SHORT and of LONG >= ${gate.minTradeRecall}`,
  judge: judgeTradeRecall,
};

function judgeTradeRecall({ metrics }: GateFacts, gate: GateSpec): Judgement {
  const sides = metrics.perClass.filter(row => row.class === 'SHORT' || row.class === 'LONG');
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
