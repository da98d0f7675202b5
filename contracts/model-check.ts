/** What one check of a served model found. */
export interface ModelCheck {
  readonly check: string;
  readonly outcome: 'pass' | 'fail';
  /** What had to hold. */
  readonly must: string;
  /** Every number it looked at, by name. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** What went wrong, in one sentence; null where nothing did. */
  readonly problem: string | null;
}
