import type { RuleLine, RuleName } from '../../contracts/risk.ts';
import {
  correlatedExposure,
  grossExposure,
  maxOrder,
  maxPosition,
  minNotional,
  netExposure,
  openPositions,
} from './exposure-rules.ts';
import { priceBand, spread, staleData } from './fact-rules.ts';
import { dailyLoss, drawdown } from './loss-rules.ts';
import { lineOf, type RiskRule } from './rule.ts';
import { confirmation, source } from './signal-rules.ts';
import type { Candidate, Situation } from './situation.ts';
import { cooldown, duplicate, everyBars, hours, tradesPerDay } from './time-rules.ts';

/** Of every entry, whatever the policy. */
const ALWAYS: readonly RiskRule[] = [source, duplicate, maxOrder];

/** In the order in which an entry is asked; the caps come last, each on what those before it have left. */
export const RISK_RULES: readonly RiskRule[] = [
  source,
  confirmation,
  everyBars,
  hours,
  duplicate,
  tradesPerDay,
  cooldown,
  drawdown,
  dailyLoss,
  staleData,
  priceBand,
  spread,
  openPositions,
  maxOrder,
  maxPosition,
  grossExposure,
  netExposure,
  correlatedExposure,
  minNotional,
];

/** What the table makes of an entry: as it may be placed, or the first rule that keeps it back. */
export type Asked =
  | { readonly entry: Candidate; readonly blockedBy: null }
  | { readonly entry: null; readonly blockedBy: RuleName };

/**
 * Asks the rules of an entry; where somebody listens all of them, also after one has kept it back.
 * @param isWhole whether the policy decides the account as a whole; else only the rules that nothing switches off are asked
 * @param lines takes what was asked; null: nobody asks
 */
export function askRules(
  candidate: Candidate,
  situation: Situation,
  isWhole: boolean,
  lines: RuleLine[] | null,
): Asked {
  let entry = candidate;
  let blockedBy: RuleName | null = null;
  for (const rule of isWhole ? RISK_RULES : ALWAYS) {
    const asked = rule.ask(entry, situation);
    if (asked === null) continue;
    lines?.push(lineOf(rule.name, asked));
    if (asked.outcome === 'block') blockedBy ??= rule.name;
    if (blockedBy !== null && lines === null) break;
    if (asked.quantity !== undefined)
      entry = { ...entry, entry: { ...entry.entry, quantity: asked.quantity } };
  }
  return blockedBy === null ? { entry, blockedBy } : { entry: null, blockedBy };
}
