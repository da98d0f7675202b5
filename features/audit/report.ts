/** What is wrong with a feature, as a name; the sentence beside it says how it shows. */
export type FindingKind =
  | 'future value'
  | 'centred window'
  | 'back-fill'
  | 'full-sample statistics'
  | 'unfinished bar of a longer timeframe'
  | 'deeper than its look-back'
  | 'depends on how bars arrive'
  | 'not reproducible'
  | 'changes its bars';

/** One feature's fault. */
export interface AuditFinding {
  readonly feature: string;
  readonly kind: FindingKind;
  /** What it reads or does, in a sentence that follows the feature's name. */
  readonly diagnosis: string;
  /** Open time (epoch ms) of the row that shows it best: the last bar before the cut. */
  readonly cutTime: number;
  /** The row's value when the bars after it are there, and when they have not come yet; null is missing. */
  readonly withFuture: number | null;
  readonly withoutFuture: number | null;
  /** Rows that differ, of those audited; 0 where the fault shows in no value. */
  readonly rows: number;
}

/** What an audit looked at and found; the same input gives the same report. */
export interface AuditReport {
  readonly features: readonly string[];
  /** Audited rows and where they start, epoch ms: a part of very long histories. */
  readonly bars: number;
  readonly fromTime: number;
  readonly cuts: number;
  readonly seed: number;
  readonly findings: readonly AuditFinding[];
}

/** One line per finding, for people. */
export function describeFinding(finding: AuditFinding): string {
  const { feature, kind, diagnosis, cutTime, withFuture, withoutFuture, rows } = finding;
  const found = `${feature}: ${kind}: it ${diagnosis}`;
  // The clock, chance and writing into the bars are seen in the act, in no row.
  if (rows === 0) return found;
  const at = new Date(cutTime).toISOString().slice(0, 16).replace('T', ' ');
  return `${found} (${rows} rows; at ${at} ${show(withFuture)} with the later bars, ${show(withoutFuture)} without)`;
}

/** NaN, which JSON does not know, as null. */
export function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function show(value: number | null): string {
  return value === null ? 'missing' : String(value);
}
