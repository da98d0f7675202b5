/** Scores `[rows, outputs]` of row-major windows `[rows, width]`. */
export type Score = (x: Float32Array, rows: number) => Promise<Float64Array>;

/** Contributions of groups of a window's cells to every score. */
export interface PathContributions {
  /** `[outputs, groups]` */
  readonly values: Float64Array;
  /** Scores where the path begins and at the window itself, `[outputs]`. */
  readonly base: Float64Array;
  readonly answer: Float64Array;
}

export interface Path {
  /** `[width]` */
  readonly window: Float32Array;
  /** Where the path begins; NaN where nothing is typical. */
  readonly baseline: Float32Array;
  /** Cells of each group. Those of one partition of all cells add up to answer − base. */
  readonly groups: readonly Int32Array[];
}

/** Cells that are fed at once. */
const MOST_CELLS = 2 ** 18;

/**
 * Integrated gradients (Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks") along the straight path
 * from the baseline to the window, by finite differences: on each of `segments` equal parts of the path a group's cells
 * alone move from the part's beginning to its end while the others stand at its middle. For a smooth score the error
 * falls with the square of the number of parts; a score that jumps, as one of trees does, is credited to the group that
 * jumps. It asks 2 · groups · segments answers of the served model and needs nothing else of it.
 *
 * A value that is missing stays missing along the path and contributes nothing.
 */
export async function integratedGradients(
  score: Score,
  path: Path,
  segments: number,
): Promise<PathContributions> {
  const { groups } = path;
  const window = path.window;
  const start = startOf(path);
  const width = window.length;
  const [base, answer] = splitInHalves(await score(concatenated(start, window), 2));
  const outputs = base.length;
  const values = new Float64Array(outputs * groups.length);
  const parts = Math.max(1, Math.floor(MOST_CELLS / (2 * groups.length * width)));
  for (let from = 0; from < segments; from += parts) {
    const to = Math.min(segments, from + parts);
    const pairs = (to - from) * groups.length;
    const x = new Float32Array(2 * pairs * width);
    for (let part = from; part < to; part++) {
      const middle = pointAt(start, window, (part + 0.5) / segments);
      const before = pointAt(start, window, part / segments);
      const after = pointAt(start, window, (part + 1) / segments);
      for (const [g, cells] of groups.entries()) {
        const at = 2 * ((part - from) * groups.length + g) * width;
        x.set(middle, at);
        x.set(middle, at + width);
        for (const cell of cells) {
          x[at + cell] = before[cell];
          x[at + width + cell] = after[cell];
        }
      }
    }
    addDifferences(await score(x, 2 * pairs), groups.length, values);
  }
  return { values, base, answer };
}

/** Adds, of pairs of rows, what the second scores above the first; pairs go through the groups again and again. */
function addDifferences(scores: Float64Array, groups: number, values: Float64Array): void {
  const outputs = values.length / groups;
  for (let pair = 0; pair < scores.length / (2 * outputs); pair++) {
    const at = 2 * pair * outputs;
    for (let k = 0; k < outputs; k++)
      values[k * groups + (pair % groups)] += scores[at + outputs + k] - scores[at + k];
  }
}

/** The baseline, save where the window's own value is missing or nothing is typical: such cells do not move. */
function startOf({ window, baseline }: Path): Float32Array {
  return window.map((value, cell) =>
    Number.isFinite(value) && Number.isFinite(baseline[cell]) ? baseline[cell] : value,
  );
}

function pointAt(start: Float32Array, end: Float32Array, share: number): Float32Array {
  return start.map((from, cell) => (from === end[cell] ? from : from + share * (end[cell] - from)));
}

function concatenated(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function splitInHalves(scores: Float64Array): [Float64Array, Float64Array] {
  const half = scores.length / 2;
  return [scores.slice(0, half), scores.slice(half)];
}
