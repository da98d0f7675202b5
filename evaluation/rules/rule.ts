import type { Evidence, Measurements, RuleOutcome, RuleResult } from '../../contracts/evidence.ts';
import type { GateRuleName, GateSpec } from '../../contracts/recipe.ts';

/** Everything that was found out about a candidate: what the rules judge. */
export type GateFacts = Omit<Evidence, 'rules' | 'eligible' | 'tradable'> & Measurements;

export type Judgement = Pick<RuleResult, 'outcome' | 'numbers' | 'reason'>;

/** One line of the gate. */
export interface GateRule {
  readonly name: GateRuleName;
  /** Whether a candidate is refused unless this passes. */
  readonly required: boolean;
  /** Only in the table of recipes that name it. */
  readonly onRequest?: true;
  threshold(gate: GateSpec, facts: Pick<GateFacts, 'classes'>): string;
  judge(facts: GateFacts, gate: GateSpec): Judgement;
}

/** A model that approves or rejects the signals of others: it says nothing of its own to trade by. */
export function isVeto({ classes }: Pick<GateFacts, 'classes'>): boolean {
  return classes.includes('APPROVE');
}

/** One condition that does not hold fails a rule; one that can't be known (null) makes it inconclusive. */
export function outcomeOf(conditions: readonly (boolean | null)[]): RuleOutcome {
  if (conditions.includes(false)) return 'fail';
  return conditions.includes(null) ? 'inconclusive' : 'pass';
}

/** Whether an interval's lower bound lies above a value; null where there is no bound. */
export function liesAbove(low: number | null, value: number): boolean | null {
  return low === null ? null : low > value;
}
