import type { Advantage, Comparison, LookPlan, Measure } from '../../contracts/comparison.ts';
import type { RuleOutcome, RuleResult } from '../../contracts/evidence.ts';
import type { GateSpec } from '../../contracts/recipe.ts';
import { decimals, interval, joined, percent, utc } from '../../contracts/wording.ts';
import { barsToWait } from './looks.ts';

const DAY_MS = 86_400_000;

interface Contender {
  readonly version: number;
  readonly tradable: boolean;
  readonly dataToTime: number;
}

/** Everything that a verdict depends on beside the numbers. */
export interface Standing {
  readonly candidate: Contender;
  readonly champion: Contender | null;
  readonly bars: number;
  readonly freshBars: number;
  readonly leastBars: number;
  readonly tail: number;
  /** Null where the tail asks for more than can be drawn. */
  readonly draws: number | null;
  readonly seedsMissing: boolean;
  readonly sameQuestion: boolean;
  readonly decidedBy: readonly Measure[];
  readonly gate: GateSpec;
  readonly plan: LookPlan;
}

type Facts = Omit<Comparison, 'rule'>;
type Judgement = Pick<RuleResult, 'outcome' | 'reason'>;

/** What keeps the bars from being looked at, the first that holds; each with its sentence. */
const HINDRANCES: readonly {
  readonly outcome: RuleOutcome;
  readonly holds: (standing: Standing) => boolean;
  readonly reason: (standing: Standing) => string;
}[] = [
  {
    outcome: 'fail',
    holds: ({ candidate, champion }) => champion?.tradable === true && !candidate.tradable,
    reason: ({ candidate, champion }) =>
      `The champion v${champion?.version} is tradable and v${candidate.version} is not, so it does not yield.`,
  },
  {
    outcome: 'inconclusive',
    holds: ({ sameQuestion }) => !sameQuestion,
    reason: standing =>
      `${names(standing)}: their labels differ, so they answer different questions and an operator has to choose.`,
  },
  {
    outcome: 'inconclusive',
    holds: ({ bars, leastBars }) => bars < leastBars,
    reason: standing =>
      `${names(standing)}: ${counted(standing.bars)} that ${unseen(standing)} ${standing.bars === 1 ? 'is' : 'are'} too few to tell (${standing.leastBars} are asked).`,
  },
  {
    outcome: 'inconclusive',
    holds: ({ bars, freshBars, gate }) => freshBars < gate.minFreshShare * bars,
    reason: staleReason,
  },
  {
    outcome: 'inconclusive',
    holds: ({ draws }) => draws === null,
    reason: ({ plan, gate, bars, tail }) =>
      `The series’ promotion error of ${percent(gate.promotionError)} is as good as spent: of its look ${plan.number}, at level ${levelWords(plan.level)}, a bound has ${tail.toExponential(1)} of the draws beyond it on ${counted(bars)}, more than can be drawn. An operator has to choose.`,
  },
  {
    outcome: 'inconclusive',
    holds: ({ seedsMissing }) => seedsMissing,
    reason: standing =>
      `${names(standing)}: the same training with ${standing.gate.seeds - 1} other seed${standing.gate.seeds === 2 ? '' : 's'}, which must be better too, is missing. Train it again, with promotion.`,
  },
];

/** Why nothing is looked at, so that no look is spent; null where nothing stands against it. */
export function hindrance(standing: Standing): RuleResult | null {
  const found = HINDRANCES.find(({ holds }) => holds(standing));
  if (!found) return null;
  const { bars, freshBars } = standing;
  return result(standing, { bars, freshBars }, { outcome: found.outcome, reason: found.reason(standing) });
}

/** Better, worse, or not shown, by the measures that decide; an old champion need not be beaten where the recipe says so. */
export function verdict(facts: Facts, standing: Standing): RuleResult {
  return result(standing, numbersOf(facts, standing), judge(facts, standing));
}

function judge(facts: Facts, standing: Standing): Judgement {
  const shown = `${facts.decidedBy.map(measure => describe(facts, measure)).join('; ')}; ${lookWords(standing)}`;
  const advantages = facts.decidedBy.map(measure => facts.advantages[measure]);
  if (advantages.some(found => found === null || found.candidate.low === null || found.seeds.low === null)) {
    return {
      outcome: 'inconclusive',
      reason: `${names(standing)}: there is no interval, because too many resamples leave ${joined(facts.decidedBy.map(measure => WORDS[measure].name))} undefined.`,
    };
  }
  const known = advantages as readonly Advantage[];
  if (known.every(found => isAhead(found, 0)))
    return { outcome: 'pass', reason: `${names(standing)}: ${words(standing).pass} (${shown}).` };
  const { mcc, netReturnPerBar } = facts.advantages;
  // What is shown to earn less is no refreshment of a champion that is traded.
  const earnsLess = standing.champion?.tradable === true && isBehind(netReturnPerBar);
  if (isOld(standing) && mcc && !earnsLess && isAhead(mcc, -standing.gate.refresh!.margin)) {
    return {
      outcome: 'pass',
      reason: `${names(standing)}: the champion’s data ends ${ageDays(standing)} days before the candidate’s, which is not worse by ${standing.gate.refresh!.margin} of MCC (${describe(facts, 'mcc')}; ${lookWords(standing)}).`,
    };
  }
  if (known.some(isBehind))
    return { outcome: 'fail', reason: `${names(standing)}: ${words(standing).fail} (${shown}).` };
  if (known.every(({ candidate }) => candidate.low! > 0)) {
    return {
      outcome: 'inconclusive',
      reason: `${names(standing)}: ${words(standing).pass}, but not the mean over its seeds, so it may owe that to its seed (${shown}).`,
    };
  }
  return {
    outcome: 'inconclusive',
    reason: `${names(standing)}: ${words(standing).inconclusive} (${shown}).`,
  };
}

/** What each outcome means, beside a champion and without one. */
const OUTCOMES = {
  rival: { pass: 'it is better', fail: 'it is worse', inconclusive: 'no difference is shown' },
  chance: {
    pass: 'it is better than chance',
    fail: 'it is worse than chance',
    inconclusive: 'it is not shown to be better than chance',
  },
} as const;

function words({ champion }: Standing) {
  return OUTCOMES[champion ? 'rival' : 'chance'];
}

function isAhead({ candidate, seeds }: Advantage, by: number): boolean {
  return [candidate, seeds].every(({ low }) => low !== null && low > by);
}

function isBehind(found: Advantage | null): boolean {
  return found?.candidate.high != null && found.candidate.high < 0;
}

/** By the ends of their data: the same whenever it is asked. */
function ageDays({ candidate, champion }: Standing): number {
  return champion ? Math.floor((candidate.dataToTime - champion.dataToTime) / DAY_MS) : 0;
}

function isOld(standing: Standing): boolean {
  const { refresh } = standing.gate;
  return refresh !== undefined && standing.champion !== null && ageDays(standing) > refresh.maxAgeDays;
}

interface Words {
  readonly name: string;
  /** What is told of it where there is no champion. */
  readonly alone: string;
  readonly format: (value: number | null) => string;
}

const WORDS: Readonly<Record<Measure, Words>> = {
  mcc: { name: 'MCC', alone: 'MCC above chance', format: decimals },
  netReturnPerBar: { name: 'net return per bar', alone: 'net return per bar', format: finePoints },
  directionalAuc: { name: 'directional AUC', alone: 'directional AUC above chance', format: decimals },
};

function describe({ advantages, champion }: Facts, measure: Measure): string {
  const { name, alone, format } = WORDS[measure];
  const found = advantages[measure];
  if (!found) return `${name} unknown`;
  const { candidate, seeds } = found;
  const what = champion === null ? alone : `difference of ${name}`;
  return `${what} ${format(candidate.value)} (${interval(candidate, format)}), of the mean over seeds ${format(seeds.value)} (${interval(seeds, format)})`;
}

/** Returns per bar are small: a tenth of a basis point would hide them. */
function finePoints(value: number | null): string {
  return value === null ? '–' : `${decimals(value * 10_000)} bp`;
}

function lookWords({ bars, freshBars, plan }: Standing): string {
  return `look ${plan.number} of the series, at level ${levelWords(plan.level)}, on ${counted(bars)}, ${percent(freshBars / bars)} of them new`;
}

function levelWords(level: number): string {
  return level >= 0.001 ? level.toFixed(4) : level.toExponential(1);
}

function names({ candidate, champion }: Standing): string {
  return champion
    ? `v${candidate.version} against v${champion.version}`
    : `v${candidate.version}, without a champion`;
}

function unseen({ champion }: Standing): string {
  return champion ? 'neither has seen' : 'it has not seen';
}

function counted(bars: number): string {
  return `${bars} bar${bars === 1 ? '' : 's'}`;
}

function staleReason(standing: Standing): string {
  const { bars, freshBars, gate, plan } = standing;
  const through = Math.max(...plan.used.map(({ toTime }) => toTime));
  const wait = barsToWait(bars, freshBars, gate.minFreshShare);
  return (
    `${names(standing)}: of the ${counted(bars)} that ${unseen(standing)}, ${percent(freshBars / bars)} are new since the ${plan.used.length} earlier look${plan.used.length === 1 ? '' : 's'} of the series (through ${utc(through)}); ${percent(gate.minFreshShare)} are asked. ` +
    `Wait for about ${counted(wait)} more and train again.`
  );
}

function thresholdOf({ champion, decidedBy, gate, leastBars }: Standing): string {
  const over = champion === null ? 'chance (net returns: of 0)' : 'the champion';
  const yields = champion?.tradable ? '; a tradable champion yields only to a tradable candidate' : '';
  return `ahead of ${over} at the look’s level, the candidate and the mean over ${gate.seeds} seed${gate.seeds === 1 ? '' : 's'}: ${joined(decidedBy)}; on at least ${leastBars} bars, ${percent(gate.minFreshShare)} of them new${yields}`;
}

function numbersOf(facts: Facts, { bars, freshBars, plan, tail, draws }: Standing): RuleResult['numbers'] {
  const of = (measure: Measure) => {
    const found = facts.advantages[measure];
    return found === null
      ? {}
      : {
          [`${measure}Ahead`]: found.candidate.value,
          [`${measure}AheadLow`]: found.candidate.low,
          [`${measure}AheadHigh`]: found.candidate.high,
          [`${measure}SeedsAhead`]: found.seeds.value,
          [`${measure}SeedsAheadLow`]: found.seeds.low,
        };
  };
  return {
    bars,
    freshBars,
    look: plan.number,
    level: plan.level,
    tail,
    draws,
    candidateMcc: facts.candidateMcc,
    championMcc: facts.championMcc,
    ...of('mcc'),
    ...of('directionalAuc'),
    ...of('netReturnPerBar'),
  };
}

function result(standing: Standing, numbers: RuleResult['numbers'], judgement: Judgement): RuleResult {
  return {
    rule: standing.champion === null ? 'first-champion' : 'against-champion',
    required: true,
    threshold: thresholdOf(standing),
    numbers,
    ...judgement,
  };
}
