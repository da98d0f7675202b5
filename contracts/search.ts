import { z } from 'zod';
import type { Recipe } from './recipe.ts';
import type { WalkForwardSpec } from './split.ts';

/**
 * Most trials of a search. A scoring takes nine events and some 8 KB of its workflow's history, so that even Hyperband's
 * 730 scorings stay under what Temporal warns of (10,240 events, 10 MB).
 */
export const MOST_TRIALS = 500;

/** What trials are compared by. */
export const OBJECTIVES = {
  mcc: { better: 'higher', meaning: 'Matthews correlation' },
  'directional-auc': { better: 'higher', meaning: 'AUC of LONG against SHORT' },
  'net-return': { better: 'higher', meaning: 'net return after costs, compounded' },
  'log-loss': { better: 'lower', meaning: 'log loss' },
} as const satisfies Record<string, { readonly better: 'higher' | 'lower'; readonly meaning: string }>;
export type Objective = keyof typeof OBJECTIVES;
const OBJECTIVE_NAMES = Object.keys(OBJECTIVES) as [Objective, ...Objective[]];

const setting = z.union([z.number(), z.boolean(), z.string(), z.array(z.string()).min(1).max(1_000)]);
/** A value of a recipe that a trial changes; a list only of features. */
export type Setting = z.infer<typeof setting>;

const choices = z.strictObject({
  choices: z
    .array(setting)
    .min(2)
    .max(100)
    .refine(values => new Set(values.map(value => JSON.stringify(value))).size === values.length, {
      message: 'names a value twice',
    }),
});

const range = z
  .strictObject({
    low: z.number(),
    high: z.number(),
    /** Drawn evenly in the logarithm. */
    log: z.boolean().default(false),
    integer: z.boolean().default(false),
    /** Values of a grid from low to high, both included. */
    steps: z.int().min(2).max(100).default(5),
  })
  .refine(({ low, high }) => low < high, { path: ['high'], message: 'must be above low' })
  .refine(({ low, log }) => !log || low > 0, { path: ['low'], message: 'must be above 0 where log is true' })
  .refine(({ low, integer }) => !integer || Number.isInteger(low), {
    path: ['low'],
    message: 'must be whole where integer is true',
  })
  .refine(({ high, integer }) => !integer || Number.isInteger(high), {
    path: ['high'],
    message: 'must be whole where integer is true',
  });

const dimension = z.union([choices, range]);
export type Dimension = z.infer<typeof dimension>;
export type Range = z.infer<typeof range>;

/** Why a part of a recipe is not searched: the first prefix that fits. */
const NOT_SEARCHED: readonly (readonly [prefix: string, why: string])[] = [
  ['labels', 'models of other labels answer other questions, so their scores can’t be compared'],
  ['task', 'models of other tasks answer other questions, so their scores can’t be compared'],
  ['split', 'it decides which rows are scored'],
  ['costs', 'it says how a model is judged, not how it is made'],
  ['gate', 'it says how a model is judged, not how it is made'],
  ['quantize', 'it says how a model is judged, not how it is made'],
  ['train.seed', 'a seed is chance: the luckiest one says nothing of the bars to come'],
  ['train.threads', 'it changes the speed only'],
  ['train.estimator', 'each estimator has parameters of its own; give each a recipe of its own'],
  ['features.files', 'it changes the data; give it a recipe of its own'],
  ['features.leader', 'it changes the data; give it a recipe of its own'],
];

/** What can be searched, as prefixes of paths. */
const SEARCHED = ['train.params', 'train.classWeights', 'features', 'weights', 'filter', 'decision'];

const space = z
  .record(z.string(), dimension)
  .superRefine((dimensions, context) => {
    for (const path of Object.keys(dimensions)) {
      const message = whyNotSearched(path);
      if (message !== null) context.addIssue({ code: 'custom', path: [path], message });
    }
  })
  .refine(dimensions => Object.keys(dimensions).length > 0, { message: 'names nothing to search' })
  .refine(dimensions => Object.keys(dimensions).length <= 20, { message: 'names more than 20 values' });

const trials = z.int().min(1).max(MOST_TRIALS);
const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
  .default(1);
const common = {
  /** What the best trial is best at, over the joined test rows of the folds. */
  objective: z.enum(OBJECTIVE_NAMES).default('mcc'),
  /** Paths into the recipe, each with its choices or its range. */
  space,
};

const random = z.strictObject({ kind: z.literal('random'), trials: trials.default(20), seed, ...common });

/** Every combination; `trials` only says how many are too many. */
const grid = z.strictObject({ kind: z.literal('grid'), trials: trials.default(MOST_TRIALS), ...common });

/** Random trials of which most see a few folds only. */
const hyperband = z.strictObject({
  kind: z.literal('hyperband'),
  /** Settings drawn; without it, as many as one round of all brackets takes. */
  trials: trials.optional(),
  seed,
  /** Of so many trials one goes on, to so many times as many folds. */
  eta: z.int().min(2).max(5).default(3),
  ...common,
});

/** The section `search` of a recipe: which of its values are varied, and how. */
export const searchSchema = z.discriminatedUnion('kind', [random, grid, hyperband]);
export type SearchSpec = z.infer<typeof searchSchema>;

/** A recipe that says what to search. */
export type SearchedRecipe = Recipe & { readonly search: SearchSpec };

/** Hyperband needs folds to halve. */
const DEFAULT_FOLDS = { random: 5, grid: 5, hyperband: 9 } as const satisfies Record<
  SearchSpec['kind'],
  number
>;

/** The folds that trials are scored on: the recipe's own, or five (nine for Hyperband) of half the rows. */
export function searchFolds({ split: { folds }, search }: SearchedRecipe): WalkForwardSpec {
  if (folds?.kind === 'walk-forward') return folds;
  const count = DEFAULT_FOLDS[search.kind];
  return { kind: 'walk-forward', folds: count, window: 'expanding', initial: 0.5, validation: 0.2 };
}

/** The recipe that a training is given: how it was found is no part of how it is made. */
export function withoutSearch({ search: _, ...recipe }: Recipe): Recipe {
  return recipe;
}

/** What is wrong with a search in view of the rest of its recipe: path and message. */
export function searchContradictions(
  search: SearchSpec,
  { split }: Pick<Recipe, 'split'>,
): { path: string[]; message: string }[] {
  const problems: { path: string[]; message: string }[] = [];
  if (split.folds?.kind === 'combinatorial') {
    problems.push({
      path: ['split', 'folds', 'kind'],
      message:
        'a search scores each row once, by what came before it; expected walk-forward, or no folds for the default',
    });
  }
  if (search.kind === 'hyperband' && (split.folds?.kind ?? 'walk-forward') === 'walk-forward') {
    const folds = split.folds?.kind === 'walk-forward' ? split.folds.folds : DEFAULT_FOLDS.hyperband;
    if (folds < search.eta) {
      problems.push({
        path: ['search', 'eta'],
        message: `${folds} folds can’t be divided by it; take more split.folds.folds, or kind random`,
      });
    }
  }
  return problems;
}

function whyNotSearched(path: string): string | null {
  const within = (prefix: string) => path === prefix || path.startsWith(`${prefix}.`);
  const reason = NOT_SEARCHED.find(([prefix]) => within(prefix));
  if (reason) return `can’t be searched: ${reason[1]}`;
  return SEARCHED.some(within) ? null : `can’t be searched; expected a path within ${SEARCHED.join(', ')}`;
}
