import { AlphaloomError } from '../../contracts/errors.ts';

/**
 * One tree: `leafValue.length − 1` splits and their leaves. A child is a split's index, or the complement (~) of
 * a leaf's; split 0 is the root; a tree of one leaf has no splits.
 */
export interface Tree {
  /** The score that it adds to. */
  readonly output: number;
  readonly feature: Int32Array;
  /** Values on the threshold's side that `TreeModel.goesLeft` says go left. */
  readonly threshold: Float64Array;
  /** Per split: 1 where NaN goes left. */
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leafValue: Float64Array;
  /** How much of the training data reached each split and each leaf: rows, or the sum of their hessians. */
  readonly splitCover: Float64Array;
  readonly leafCover: Float64Array;
}

/** Trees that are summed, in order, to raw scores. */
export interface TreeModel {
  readonly features: number;
  /** Scores per row; one that no tree adds to is 0. */
  readonly outputs: number;
  /** Which values x of a split's feature go left: x ≤ threshold, or x < threshold. */
  readonly goesLeft: 'at-most' | 'below';
  /** In what values are compared and scores summed. */
  readonly precision: 'float32' | 'float64';
  readonly trees: readonly Tree[];
}

/** A tree of one leaf: a constant. */
export function constantTree(output: number, value: number): Tree {
  return {
    output,
    feature: new Int32Array(),
    threshold: new Float64Array(),
    missingLeft: new Uint8Array(),
    left: new Int32Array(),
    right: new Int32Array(),
    leafValue: Float64Array.of(value),
    splitCover: new Float64Array(),
    leafCover: Float64Array.of(1),
  };
}

/**
 * Every split and leaf but the root must be the child of exactly one split before it: then there is no cycle.
 * @throws AlphaloomError MODEL_INVALID
 */
export function requireTree(
  { feature, left, right, leafValue }: Tree,
  index: number,
  features: number,
  damaged: (what: string) => AlphaloomError,
): void {
  const splits = feature.length;
  const seen = new Set<number>();
  for (let split = 0; split < splits; split += 1) {
    if (feature[split] < 0 || feature[split] >= features) {
      throw damaged(`tree ${index} splits on feature ${feature[split]} of ${features}`);
    }
    for (const child of [left[split], right[split]]) {
      const sound = child < 0 ? ~child < leafValue.length : child > split && child < splits;
      if (!sound || seen.has(child)) throw damaged(`tree ${index} has a wrong child at split ${split}`);
      seen.add(child);
    }
  }
}

/** What a parser throws: a model that uses what is not exported, or whose text is damaged. */
export function modelErrors(library: string) {
  return {
    unsupported: (what: string) =>
      new AlphaloomError('MODEL_UNSUPPORTED', `This ${library} model can’t be exported: ${what}.`),
    damaged: (what: string) =>
      new AlphaloomError('MODEL_INVALID', `The ${library} model is damaged: ${what}.`, { reason: 'format' }),
  };
}
