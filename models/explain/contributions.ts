import type { AttributionMethod } from '../../contracts/explanation.ts';
import type { WindowTable } from '../../features/window.ts';

/** How much each feature moved each score (`explainedScores`) of some windows; over a window's steps it is summed. */
export interface Contributions {
  /** `[rows, outputs, features]` */
  readonly features: Float64Array;
  /** The same by the age of the bars, `[rows, outputs, bands]`; null where windows are one bar. */
  readonly bands: Float64Array | null;
  /** The score of a typical window, `[rows, outputs]`: with the contributions it makes the answer's. */
  readonly base: Float64Array;
  /** The served answer's scores, `[rows, outputs]`. */
  readonly answer: Float64Array;
  /** What is missing to that per row, as a share of what moves; the largest over the outputs. */
  readonly gap: Float64Array;
}

export interface Explainer {
  readonly method: AttributionMethod;
  explain(windows: WindowTable): Promise<Contributions>;
}
