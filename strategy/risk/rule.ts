import { RULE_CODES, type RuleLine, type RuleName, type RuleOutcome } from '../../contracts/risk.ts';
import type { Candidate, Situation } from './situation.ts';

/** A line of the risk table. */
export interface RiskRule {
  readonly name: RuleName;
  /** null: the policy sets no such limit. */
  readonly ask: (candidate: Candidate, situation: Situation) => Answer | null;
}

export interface Answer {
  readonly outcome: RuleOutcome;
  readonly value: number | string | null;
  readonly limit: number | string | null;
  /** Base that the entry is cut to; absent: it stays as it is. */
  readonly quantity?: number;
  /** For people; made when it is asked for. */
  readonly sentence: () => string;
}

/** What doubles may lose of amounts that are equal, as a share of the equity. */
export const NEAR = 1e-9;

export function answer(
  holds: boolean,
  value: number | string | null,
  limit: number | string | null,
  sentence: () => string,
): Answer {
  return { outcome: holds ? 'pass' : 'block', value, limit, sentence };
}

/** A rule's answer as it is told. */
export function lineOf(
  rule: RuleName,
  { outcome, value, limit, sentence }: Omit<Answer, 'quantity'>,
): RuleLine {
  return { rule, code: RULE_CODES[rule], outcome, value, limit, sentence: sentence() };
}

/** A number for people: at most six digits. */
export function told(value: number): string {
  return String(Number(value.toPrecision(6)));
}

export function percent(share: number): string {
  return `${told(share * 100)} %`;
}
