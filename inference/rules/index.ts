import { MOMENTUM } from './momentum.ts';
import { PROFESSIONAL_ANALYZER } from './professional-analyzer.ts';
import { RSI_MA } from './rsi-ma.ts';
import type { Rule } from './rule.ts';

/** In the order in which they are asked where no model answers. */
export const RULES: readonly Rule[] = [PROFESSIONAL_ANALYZER, RSI_MA, MOMENTUM];

/** Newest bars that have to be at hand, so that every rule can answer. */
export const RULE_BARS = Math.max(...RULES.map(({ bars }) => bars));
