import type { ErrorCode } from '../../contracts/errors.ts';

/** Parts of the chain from bars to orders, in their order: what goes wrong in one shows in those after it. */
export const CHAIN_PARTS = ['feature', 'volatility', 'probability', 'direction', 'decision'] as const;
export type ChainPart = (typeof CHAIN_PARTS)[number];

/** What was done to the bars after a moment; `again`: nothing, the same bars were played once more. */
export type Future = 'cut' | 'changed' | 'again';

/** One thing that hung on what came later. */
export interface LookAheadFinding {
  readonly part: ChainPart;
  /** Of the feature; of other parts the part's own. */
  readonly name: string;
  /** Last bar at which it differed, and its open time (epoch ms). */
  readonly bar: number;
  readonly openTime: number;
  /** What it was with the future as it came, and otherwise. */
  readonly known: string;
  readonly otherwise: string;
  /** Bars at which it differed. */
  readonly bars: number;
  readonly future: Future;
  /** Last bar that was left as it is. */
  readonly lastBar: number;
}

export interface LookAheadReport {
  readonly bars: number;
  /** Bars whose answers and decisions were compared: the last `askedBars`. */
  readonly askedBars: number;
  readonly cuts: number;
  readonly seed: number;
  /** Values that were compared, all cuts together. */
  readonly compared: Readonly<Record<'features' | 'answers' | 'decisions', number>>;
  /** Of each feature and part the first that was found. */
  readonly findings: readonly LookAheadFinding[];
}

/** The first part that looks ahead names the fault; null: none does. */
export function faultOf({
  findings,
}: LookAheadReport): Extract<ErrorCode, 'FEATURE_LEAKS' | 'STRATEGY_LEAKS'> | null {
  if (findings.length === 0) return null;
  return findings.some(({ part }) => part === 'feature') ? 'FEATURE_LEAKS' : 'STRATEGY_LEAKS';
}

/** One finding as a sentence. */
export function describeLookAhead(finding: LookAheadFinding): string {
  const { part, name, bar, openTime, known, otherwise, bars, future } = finding;
  const what = part === 'feature' ? `feature ${name}` : `the ${part}`;
  const others = bars === 1 ? '' : ` (and at ${bars - 1} earlier bars)`;
  return `${what} at bar ${bar} of ${new Date(openTime).toISOString()} was ${known}, and is ${otherwise} ${FUTURES[future]}${others}`;
}

const FUTURES: Readonly<Record<Future, string>> = {
  cut: 'where the bars after it are cut off',
  changed: 'where the bars after it have other prices',
  again: 'when it is asked again about the same bars',
};
