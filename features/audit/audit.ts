import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { type Random, randomIndex, seededRandom } from '../../statistics/random.ts';
import type { FeatureDefinition } from '../definition.ts';
import { FeatureEngine } from '../engine.ts';
import { CHUNK_BARS } from '../kernels/kernel.ts';
import { diagnose } from './diagnosis.ts';
import { watchImpurity } from './impurity.ts';
import { findShallow } from './look-back.ts';
import { laterBars, otherBars, shuffledBars, unfinishedBar } from './other-bars.ts';
import { type AuditFinding, type AuditReport, type FindingKind, known } from './report.ts';
import {
  concatBars,
  copyBars,
  mixedPieces,
  oneByOne,
  runInPieces,
  runInterleaved,
  runWhole,
  type Subject,
  type Values,
} from './runs.ts';

/** Of a longer history a stretch of this length is audited; where it lies, the seed says. */
const MOST_BARS = 50_000;
/** Steps of formulas over whole columns, one per pair of bars of a look-back, when bars come one by one: some seconds. */
const MOST_STEPS = 20_000_000_000;

/** History before a cut that is given other futures, and how long these are. */
const STRETCH_BARS = 2_048;
const FUTURE_BARS = 512;

export interface AuditOptions {
  readonly seed: number;
  /** Moments at which the history is cut off and given other futures. */
  readonly cuts: number;
}

export const DEFAULT_AUDIT: AuditOptions = { seed: 1, cuts: 16 };

/**
 * Looks for features that see the future, or that training and serving would compute differently. Bit for bit it compares
 * the values of all bars at once with those of bars that come one by one (every row, then in other pieces), and at random
 * cuts with those of a history that ends there or goes on otherwise; and to 1e-9 with those of a run that starts one
 * look-back earlier. What differs is named after probing single rows. The same input gives the same report.
 * O(bars × features × (cuts + 10)).
 * @param bars from the series' anchor on
 * @throws AlphaloomError FEATURE_INPUT_MISSING; FEATURE_INVALID where a user's own formula fails
 */
export function auditFeatures(
  bars: MarketBars,
  definitions: readonly FeatureDefinition[],
  timeframe: Timeframe,
  { seed, cuts }: AuditOptions,
): AuditReport {
  const random = seededRandom(seed);
  const stretch = stretchOf(bars, random);
  const subject = { definitions, bars: stretch, barMs: TIMEFRAME_MS[timeframe] };
  const findings = stretch.close.length === 0 ? [] : findFaults(subject, cuts, random);
  return {
    features: definitions.map(({ name }) => name),
    bars: stretch.close.length,
    fromTime: stretch.openTime[0] ?? 0,
    cuts,
    seed,
    findings,
  };
}

function findFaults(subject: Subject, cuts: number, random: Random): AuditFinding[] {
  const { definitions, bars } = subject;
  const rows = bars.close.length;
  const found = new Map<string, AuditFinding>();
  const report = (f: number, fault: Fault) => {
    const { name } = definitions[f];
    if (!found.has(name)) found.set(name, describeFault(name, fault, bars));
  };
  // First of all without any future: whatever a formula keeps outside its start, it can't know what comes.
  const stepwise = runInPieces(subject, stepsOf(subject, random));
  const conduct = conductOf(subject);
  const meddlers = definitions.filter((_, f) => conduct[f].meddles);
  if (meddlers.length > 0) {
    const others = definitions.filter(definition => !meddlers.includes(definition));
    for (const [f, { meddles }] of conduct.entries()) if (meddles) report(f, MEDDLES);
    return [...found.values(), ...findFaults({ ...subject, definitions: others }, cuts, random)];
  }
  for (const [f, { used }] of conduct.entries()) if (used.length > 0) report(f, impure(used));

  const whole = runWhole(subject);
  for (const [f, definition] of definitions.entries()) {
    const differing = differingRows(stepwise[f], whole[f]);
    if (differing.length === 0 || found.has(definition.name)) continue;
    const suspect = { ...subject, definition, rows: differing, whole: whole[f], stepwise: stepwise[f] };
    const { kind, text, row } = diagnose(suspect);
    const values = { row, withFuture: whole[f][row], withoutFuture: stepwise[f][row] };
    report(f, { kind, diagnosis: text, rows: differing.length, ...values });
  }
  compare(runWhole(subject), whole, rows, REMEMBERS, report);
  const strangers = otherBars(bars, true, random);
  compare(runInterleaved(subject, strangers, mixedPieces(rows, random)), whole, rows, SHARES, report);
  for (let cut = 0; cut < cuts; cut++) compareFutures(subject, whole, random, report);
  reportShallow(subject, whole, cuts, random, report);
  return definitions.flatMap(({ name }) => found.get(name) ?? []);
}

interface Fault {
  readonly kind: FindingKind;
  readonly diagnosis: string;
  readonly row: number;
  readonly withFuture: number;
  readonly withoutFuture: number;
  readonly rows: number;
}
type Cause = Pick<Fault, 'kind' | 'diagnosis'>;
type Report = (feature: number, fault: Fault) => void;

const NOWHERE = { row: 0, withFuture: Number.NaN, withoutFuture: Number.NaN, rows: 0 };
const REMEMBERS: Cause = {
  kind: 'not reproducible',
  diagnosis: 'gives other values when the same bars are given again',
};
const SHARES: Cause = {
  kind: 'not reproducible',
  diagnosis:
    'gives other values while another series is computed, or when bars come in other pieces: what it remembers must be made in start()',
};
const FORESEES: Cause = {
  kind: 'future value',
  diagnosis: 'gives other values when the bars after the cut are others',
};
const MEDDLES: Fault = {
  kind: 'changes its bars',
  diagnosis: 'writes into the bars it is given, which other features read too',
  ...NOWHERE,
};

function impure(used: readonly string[]): Fault {
  return { kind: 'not reproducible', diagnosis: `uses ${used.join(' and ')}`, ...NOWHERE };
}

function describeFault(feature: string, fault: Fault, bars: MarketBars): AuditFinding {
  const { kind, diagnosis, row, withFuture, withoutFuture, rows } = fault;
  return {
    feature,
    kind,
    diagnosis,
    cutTime: bars.openTime[row],
    withFuture: known(withFuture),
    withoutFuture: known(withoutFuture),
    rows,
  };
}

function stretchOf(bars: MarketBars, random: Random): MarketBars {
  const rows = bars.close.length;
  if (rows <= MOST_BARS) return bars;
  const from = randomIndex(random, rows - MOST_BARS + 1);
  return sliceBars(bars, from, from + MOST_BARS);
}

/** One bar at a time; where formulas over whole columns look back so far that this would take minutes, in larger pieces too. */
function stepsOf({ definitions, bars }: Subject, random: Random): Iterable<number> {
  const rows = bars.close.length;
  const steps = definitions.reduce(
    (sum, { contentHash, lookBack }) => sum + (contentHash ? lookBack ** 2 : 0),
    0,
  );
  return steps * rows <= MOST_STEPS ? oneByOne(rows) : mixedPieces(rows, random);
}

interface Conduct {
  /** What of the clock and chance its formula uses. */
  readonly used: readonly string[];
  /** Whether it writes into the bars it is given. */
  readonly meddles: boolean;
}

/** Built-in formulas are known to behave; of the others each is watched over some bars. */
function conductOf({ definitions, bars, barMs }: Subject): Conduct[] {
  const some = copyBars(bars, 0, Math.min(bars.close.length, CHUNK_BARS));
  return definitions.map(definition => {
    if (!definition.contentHash) return { used: [], meddles: false };
    const given = copyBars(some, 0, some.close.length);
    const out = [new Float64Array(some.close.length)];
    const { used } = watchImpurity(() => new FeatureEngine([definition], barMs).advance(given, out, 0));
    return { used, meddles: !sameBars(given, some) };
  });
}

/**
 * The history up to a random cut gives the values that all bars gave. Then its last stretch, followed by its own future in
 * another order, by another, later, by half a bar, gives what it gives alone.
 */
function compareFutures(subject: Subject, whole: Values, random: Random, report: Report): void {
  const { definitions, bars } = subject;
  const cut = randomIndex(random, bars.close.length) + 1;
  compare(runWhole({ ...subject, bars: sliceBars(bars, 0, cut) }), whole, cut, FORESEES, report);
  const longest = Math.max(0, ...definitions.map(({ lookBack }) => lookBack));
  const stretch = sliceBars(bars, Math.max(0, cut - Math.max(STRETCH_BARS, 2 * longest)), cut);
  const alone = runWhole({ ...subject, bars: stretch });
  const future = copyBars(bars, cut, Math.min(bars.close.length, cut + FUTURE_BARS));
  const futures = [
    shuffledBars(future, random),
    otherBars(future, random() % 2 === 0, random),
    laterBars(future),
    unfinishedBar(sliceBars(future, 0, 1)),
  ];
  for (const other of futures) {
    const values = runWhole({ ...subject, bars: concatBars(stretch, other) });
    compare(values, alone, stretch.close.length, FORESEES, report, cut - stretch.close.length);
  }
}

/** Reports features whose first `rows` values are not those of `whole`; `firstRow`: where these begin in the subject. */
function compare(
  values: Values,
  whole: Values,
  rows: number,
  cause: Cause,
  report: Report,
  firstRow = 0,
): void {
  for (const f of whole.keys()) {
    const differing = differingRows(values[f].subarray(0, rows), whole[f].subarray(0, rows));
    if (differing.length === 0) continue;
    const row = differing[differing.length - 1];
    report(f, {
      ...cause,
      row: firstRow + row,
      withFuture: whole[f][row],
      withoutFuture: values[f][row],
      rows: differing.length,
    });
  }
}

function reportShallow(subject: Subject, whole: Values, cuts: number, random: Random, report: Report): void {
  const rows = subject.bars.close.length;
  const anchors = [1, ...Array.from({ length: cuts }, () => 1 + randomIndex(random, rows))].filter(
    anchor => anchor < rows,
  );
  for (const [f, shallow] of findShallow(subject, whole, anchors).entries()) {
    if (!shallow) continue;
    report(f, {
      kind: 'deeper than its look-back',
      diagnosis: `depends on more than the ${subject.definitions[f].lookBack} bars back that it declares`,
      row: shallow.row,
      withFuture: shallow.whole,
      withoutFuture: shallow.started,
      rows: 1,
    });
  }
}

function differingRows(a: Float64Array, b: Float64Array): number[] {
  const rows: number[] = [];
  for (let row = 0; row < a.length; row++) if (!Object.is(a[row], b[row])) rows.push(row);
  return rows;
}

function sameBars(a: MarketBars, b: MarketBars): boolean {
  return (Object.keys(a) as (keyof MarketBars)[]).every(
    name => differingRows(a[name]!, b[name]!).length === 0,
  );
}
