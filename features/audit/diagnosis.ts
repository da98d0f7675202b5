import type { MarketBars } from '../../contracts/candles.ts';
import type { FeatureDefinition } from '../definition.ts';
import { findBarsNeeded } from './look-back.ts';
import { type Probe, probeRow, reachOf } from './probe.ts';
import type { FindingKind } from './report.ts';
import { oneByOne, runInPieces } from './runs.ts';

/** Rows that are probed, and those looked at until enough show the difference. */
const PROBES = 8;
const MOST_TRIED = 40;
/** Later bars a probe should have. */
const ENOUGH_LATER = 256;
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** A feature that answers otherwise when bars come one by one. */
export interface Suspect {
  readonly definition: FeatureDefinition;
  readonly bars: MarketBars;
  readonly barMs: number;
  /** Rows that differ, ascending. */
  readonly rows: readonly number[];
  /** The column of all bars at once, and of bars one by one. */
  readonly whole: Float64Array;
  readonly stepwise: Float64Array;
}

export interface Diagnosis {
  readonly kind: FindingKind;
  /** A sentence that follows "it". */
  readonly text: string;
  /** The row that shows it. */
  readonly row: number;
}

/** Finds out by asking single rows with changed bars around them. */
export function diagnose(suspect: Suspect): Diagnosis {
  const probes = leakingProbes(suspect);
  if (probes.length === 0) return diagnosePast(suspect);
  const reaches = probes.map(reachOf);
  const seen: Seen = { suspect, probes, reaches };
  const [kind, text] =
    fullSample(seen) ??
    presenceOnly(seen) ??
    longerBar(seen) ??
    backFill(seen) ??
    centredWindow(seen) ??
    futureValue(seen);
  return { kind, text, row: probes[0].row };
}

interface Seen {
  readonly suspect: Suspect;
  readonly probes: readonly Probe[];
  /** Furthest later bar that each probe feels. */
  readonly reaches: readonly number[];
}
type Verdict = readonly [FindingKind, string] | null;

/** Probes of rows that are another with and without the later bars; none where the future is not the reason. */
function leakingProbes({ definition, bars, barMs, rows }: Suspect): Probe[] {
  const roomy = rows.filter(row => row + ENOUGH_LATER < bars.close.length);
  const candidates = roomy.length > 0 ? roomy : rows;
  const probes: Probe[] = [];
  const tries = Math.min(MOST_TRIED, candidates.length);
  for (let at = 1; at <= tries && probes.length < PROBES; at++) {
    // Spread unevenly, so that no rhythm of hours or days is met by chance.
    const row = candidates[Math.floor(((at * GOLDEN_RATIO) % 1) * candidates.length)];
    for (const fullHistory of [false, true]) {
      const probe = probeRow(definition, bars, barMs, row, fullHistory);
      if (Object.is(probe.withFuture, probe.withoutFuture)) continue;
      probes.push(probe);
      break;
    }
  }
  return probes;
}

function fullSample({ probes, reaches }: Seen): Verdict {
  const toTheEnd = probes.filter((probe, index) => reaches[index] >= 0.95 * probe.later).length;
  if (toTheEnd * 4 < probes.length * 3 || probes[0].later < 8) return null;
  return ['full-sample statistics', 'changes with every later bar: it uses statistics of the whole sample'];
}

function presenceOnly({ probes }: Seen): Verdict {
  if (probes.some(probe => probe.readsFrom(1))) return null;
  return [
    'depends on how bars arrive',
    'treats the newest row otherwise than it does once later bars are there',
  ];
}

const LONGER_BARS: readonly (readonly [string, number])[] = [
  ['5m', 5 * 60_000],
  ['15m', 15 * 60_000],
  ['30m', 30 * 60_000],
  ['1h', 3_600_000],
  ['2h', 2 * 3_600_000],
  ['4h', 4 * 3_600_000],
  ['6h', 6 * 3_600_000],
  ['8h', 8 * 3_600_000],
  ['12h', 12 * 3_600_000],
  ['1d', 86_400_000],
  ['1w', 7 * 86_400_000],
];

/** Every row reads to the same moment of an hour, a day, a week, and none beyond. */
function longerBar({ suspect: { bars, barMs, rows }, probes, reaches }: Seen): Verdict {
  const ends = probes.map(({ row }, index) => bars.openTime[row + reaches[index]] + barMs);
  for (const [name, length] of LONGER_BARS) {
    if (length <= barMs) continue;
    const [offset, hits] = mostFrequent(ends.map(end => end % length));
    const isInside = probes.every(({ row }, index) => ends[index] - bars.openTime[row] <= length);
    if (!isInside || hits * 5 < probes.length * 4) continue;
    const closesOne = (row: number) => (bars.openTime[row] + barMs) % length === offset;
    // Where every bar is one of two, all read one bar ahead: then the closing ones must be sound, and the others not.
    const isRegular = rows.length * 5 >= bars.close.length && !rows.some(closesOne);
    if (!isRegular && new Set(reaches).size < 3) continue;
    return [
      'unfinished bar of a longer timeframe',
      `reads to the end of the ${name} bar (UTC) that its row lies in, before that bar has closed`,
    ];
  }
  return null;
}

/** Only rows that are missing without the later bars differ, while others are known. */
function backFill({ suspect: { rows, whole, stepwise }, probes, reaches }: Seen): Verdict {
  if (!rows.every(row => Number.isNaN(stepwise[row]))) return null;
  if (!stepwise.some((value, row) => !Number.isNaN(value) && Object.is(value, whole[row]))) return null;
  const taken = probes.filter(({ row }, index) => Object.is(whole[row], whole[row + reaches[index]])).length;
  if (taken * 2 < probes.length && new Set(reaches).size < 2) return null;
  return ['back-fill', `fills rows that are missing from up to ${bars(Math.max(...reaches))} later`];
}

/** As far back as ahead, and no further. */
function centredWindow({ probes, reaches }: Seen): Verdict {
  const [reach, hits] = mostFrequent(reaches);
  if (hits * 4 < probes.length * 3) return null;
  const samples = probes.filter((_, index) => reaches[index] === reach).slice(0, 3);
  const isCentred = samples.every(
    probe => probe.row > reach + 2 && probe.readsBack(Math.max(1, reach - 1)) && !probe.readsBack(reach + 2),
  );
  if (!isCentred) return null;
  return ['centred window', `reads a window around each row, ${bars(reach)} ahead and about as many back`];
}

function futureValue({ reaches }: Seen): readonly [FindingKind, string] {
  return ['future value', `reads up to ${bars(Math.max(...reaches))} ahead`];
}

/** The later bars are not the reason: the earlier ones are, or what the formula remembers. */
function diagnosePast(suspect: Suspect): Diagnosis {
  const { definition, bars: all, barMs, rows, stepwise } = suspect;
  const again = runInPieces({ definitions: [definition], bars: all, barMs }, oneByOne(all.close.length))[0];
  const changed = again.findIndex((value, row) => !Object.is(value, stepwise[row]));
  if (changed >= 0) {
    return {
      kind: 'not reproducible',
      text: 'gives other values when the same bars are given again: it remembers something from outside its own start',
      row: changed,
    };
  }
  const needed = findBarsNeeded(definition, all, barMs, rows);
  if (needed) {
    return {
      kind: 'deeper than its look-back',
      text: `depends on more than the ${definition.lookBack} bars back that it declares: at least ${needed.bars}`,
      row: needed.row,
    };
  }
  return {
    kind: 'depends on how bars arrive',
    text: 'gives other values when the same bars come one by one instead of all at once',
    row: rows[0],
  };
}

function mostFrequent(values: readonly number[]): readonly [value: number, times: number] {
  const counts = [...Map.groupBy(values, value => value)].map(
    ([value, same]) => [value, same.length] as const,
  );
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best));
}

function bars(count: number): string {
  return count === 1 ? '1 bar' : `${count} bars`;
}
