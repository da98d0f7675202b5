import { z } from 'zod';

const share = z.number().gt(0).lt(1);
const count = z.int().positive();

/** Combinations beyond which nobody waits for the end. */
const MOST_FOLDS = 500;

/** k test blocks, one after the other, each judged by what was learnt before it. */
const walkForward = z.strictObject({
  kind: z.literal('walk-forward'),
  folds: count.min(2).max(100),
  /** Training from the first row on, or over as many rows as the first fold has. */
  window: z.enum(['expanding', 'rolling']).default('expanding'),
  /** Share of the rows that stand before the first test block; the rest is cut into test blocks. */
  initial: share.default(0.5),
  /** Share of the rows before a test block, its newest, that choose the round to stop at. */
  validation: share.default(0.2),
});

/** Every choice of `testGroups` of `groups` equal runs of rows as test block, training on both sides. */
const combinatorial = z
  .strictObject({
    kind: z.literal('combinatorial'),
    groups: count.min(2).max(50),
    testGroups: count.max(49),
    /** Share of the rows outside the test groups, their newest, that choose the round to stop at. */
    validation: share.default(0.2),
  })
  .refine(({ groups, testGroups }) => testGroups < groups, {
    path: ['testGroups'],
    message: 'must be fewer than groups',
  })
  .refine(({ groups, testGroups }) => combinations(groups, testGroups) <= MOST_FOLDS, {
    path: ['groups'],
    message: `gives more than ${MOST_FOLDS} folds; take fewer groups`,
  });

export const foldSchema = z.discriminatedUnion('kind', [walkForward, combinatorial]);

/**
 * The blocks train | validation | test of the model itself, in time order, as shares of the labelled rows; `folds` are
 * further partitions of the same rows, on which the recipe is judged and not the model.
 */
export const splitSchema = z
  .strictObject({
    train: share,
    validation: share,
    test: share,
    /** Bars dropped after a block; default: the larger of horizon and longest look-back. */
    embargoBars: z.int().min(0).optional(),
    folds: foldSchema.optional(),
  })
  .refine(
    split => Math.abs(split.train + split.validation + split.test - 1) < 1e-9,
    'train + validation + test must be 1',
  );

export type SplitSpec = z.infer<typeof splitSchema>;
export type FoldSpec = NonNullable<SplitSpec['folds']>;
export type WalkForwardSpec = z.infer<typeof walkForward>;
export type CombinatorialSpec = z.infer<typeof combinatorial>;

/** How many models a partition into folds takes. */
export function foldCount(spec: FoldSpec): number {
  return spec.kind === 'walk-forward' ? spec.folds : combinations(spec.groups, spec.testGroups);
}

/**
 * Backtest paths that combinatorial folds can be joined to: each group is tested by as many folds, and a path takes one of them
 * for every group. φ[N, k] = C(N, k) · k / N (López de Prado, Advances in Financial Machine Learning, 12.4).
 */
export function pathCount({ groups, testGroups }: CombinatorialSpec): number {
  return combinations(groups - 1, testGroups - 1);
}

/** Ways to choose k of n. */
export function combinations(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return Math.round(ways);
}
