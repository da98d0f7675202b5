import { z } from 'zod';
import { costsSchema } from './costs.ts';
import { AlphaloomError } from './errors.ts';
import { describeIssues } from './issues.ts';
import { LABEL_TASKS, labelSchema } from './labels.ts';
import { qualitySchema } from './quality.ts';
import { searchContradictions, searchSchema } from './search.ts';
import { splitSchema } from './split.ts';

const share = z.number().gt(0).lt(1);
const count = z.int().positive();

const featureOptions = {
  maxFillBars: z.int().min(0).max(1_000).default(3),
  /** The market that features of the family `leader` look at, at the series' own timeframe. */
  leader: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}:[A-Z0-9]{2,40}$/, 'venue:SYMBOL, e.g. binance:BTCUSDT')
    .optional(),
  /** Files with features of one's own; a relative path starts at the configuration's folder. */
  files: z.array(z.string().min(1)).max(100).default([]),
};

const featureSelection = z.union([
  z.strictObject({ set: z.string(), ...featureOptions }),
  z.strictObject({ names: z.array(z.string()).min(1), ...featureOptions }),
  z.strictObject({ families: z.array(z.string()).min(1), ...featureOptions }),
]);

/** Rules of the gate; `evaluation/gate.ts` says how each judges and whether it is required unless the recipe says otherwise. */
const GATE_RULE_NAMES = [
  'skill',
  'edge',
  'enough-evidence',
  'trade-recall',
  'auc',
  'f1',
  'approval-rate',
  'size',
  'latency',
  'parity',
] as const;
export type GateRuleName = (typeof GATE_RULE_NAMES)[number];

export const gateSchema = z.strictObject({
  /** Rules that are to be `required`, or only `reported`, other than by default. */
  rules: z.partialRecord(z.enum(GATE_RULE_NAMES), z.enum(['required', 'reported'])).default({}),
  /** Fewest labelled rows in the test block. */
  minTestRows: count.default(1_000),
  /** Fewest trades of the after-costs backtest on the test block. */
  minTrades: z.int().min(0).default(30),
  /** Recall each trade class (SHORT, LONG) must reach on the test block. */
  minTradeRecall: z.number().min(0).max(1).default(0.05),
  /** Of the rule `auc`: what the AUC of the opposite classes (APPROVE against REJECT, LONG against SHORT) must exceed. */
  minAuc: share.default(0.7),
  /** Of the rule `f1`: what F1 of APPROVE, or of LONG and of SHORT, must exceed. */
  minF1: share.default(0.3),
  /** Of the rule `approval-rate`: least and most share of the rows on which the model approves, or trades. */
  approvalRate: z
    .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
    .refine(([least, most]) => least < most, { message: 'the first must be below the second' })
    .default([0.1, 0.3]),
  maxModelBytes: count.default(20_000_000),
  /** Median of one prediction, in-process. */
  maxLatencyMs: z.number().positive().default(50),
  /** Fewest bars after both models' training on which candidate and champion are compared. */
  minComparisonBars: count.default(1_000),
  bootstrapDraws: count.min(100).max(100_000).default(2_000),
  bootstrapSeed: z.int().min(0).default(20_240_501),
  /** Chance, at most, that the series ever promotes a candidate that is not better, over all looks together. */
  promotionError: z.number().gt(0).max(0.5).default(0.05),
  /** Least share of a look's bars that no earlier look of the series has used. */
  minFreshShare: z.number().min(0).max(1).default(0.25),
  /** Trainings that must be better together: the candidate's own and the same with other seeds. */
  seeds: count.max(20).default(3),
  /** A champion that old, counted in bars' time, yields to a candidate that is not worse by `margin` of MCC. Absent: never. */
  refresh: z.strictObject({ maxAgeDays: count, margin: z.number().gt(0).max(0.5).default(0.03) }).optional(),
});

const weights = z.strictObject({
  /** The mean share of a row in the bars of its label, among the training labels that run at the same time. */
  uniqueness: z.boolean().default(false),
  /** Rows of rare classes count more, so that all classes count the same. */
  classBalance: z.boolean().default(false),
  /** Older rows count less: half at `halfLifeBars` before the last training row, along a line (then 0) or a curve. */
  timeDecay: z.strictObject({ kind: z.enum(['linear', 'exponential']), halfLifeBars: count }).optional(),
});

const robustFilter = z.strictObject({
  kind: z.literal('robust-z'),
  /** Robust deviations (1.4826 · MAD) from a feature's median, both of the training rows, beyond which a row is left out. */
  threshold: z.number().positive().max(1e6).default(10),
});

const seed = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

const estimatorParams = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).default({});

/** Where a recipe leaves a value out, the default written here is taken. */
const sections = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'lower-case letters, digits and dashes'),
  description: z.string().default(''),
  task: z.enum(['direction3', 'approve2', 'return']),
  /** The kinds of market it may be trained for; on spot, SHORT only closes. */
  markets: z
    .array(z.enum(['spot', 'swap']))
    .min(1)
    .default(['spot', 'swap']),
  /** What the data must be for anything to be trained on it. */
  quality: qualitySchema.prefault({}),
  features: featureSelection,
  labels: labelSchema,
  split: splitSchema,
  /** How much each training row counts, as a product of what is asked for, of mean 1; without it all count the same. */
  weights: weights.optional(),
  /** Training rows that are left out; validation and test rows never are. */
  filter: robustFilter.optional(),
  train: z.strictObject({
    estimator: z.string(),
    seed: seed.default(1),
    threads: count.max(64).default(1),
    classWeights: z.enum(['balanced', 'none']).default('balanced'),
    /** The estimator's own parameters; it checks them. */
    params: estimatorParams,
    /** What an ensemble is made of, each trained with the seed of its own or the recipe's. */
    members: z
      .array(z.strictObject({ estimator: z.string(), seed: seed.optional(), params: estimatorParams }))
      .min(2)
      .max(10)
      .optional(),
  }),
  /** How answers become decisions; both are fitted on the validation block's second half, training stops by its first. */
  decision: z
    .strictObject({
      /** Whether probabilities are calibrated by a temperature. */
      calibrate: z.boolean().default(true),
      /** Thresholds of the classes that gave the best MCC, or the likeliest class. */
      thresholds: z.enum(['fitted', 'likeliest']).default('fitted'),
    })
    .prefault({}),
  quantize: z
    .strictObject({
      /** Share of rows on which a smaller variant must choose the same class as the float model. */
      minAgreement: share.default(0.995),
      maxProbabilityDifference: z.number().positive().max(1).default(0.02),
      /** A smaller variant whose fastest run of one row takes longer is left out; the gate judges the one that is taken. */
      maxLatencyMs: z.number().positive().default(50),
    })
    .prefault({}),
  costs: costsSchema.prefault({}),
  gate: gateSchema.prefault({}),
  /** A champion whose newest bar is that much older than the bar it is asked about falls through to the next source. */
  maxModelAgeDays: count.default(90),
  /** What `train --search` varies. */
  search: searchSchema.optional(),
});

export const recipeSchema = sections.superRefine(refuseContradictions);

/** Sections that are right on their own and can't go together. */
function refuseContradictions(recipe: z.infer<typeof sections>, context: z.RefinementCtx): void {
  const taught = LABEL_TASKS[recipe.labels.kind];
  if (recipe.task !== taught) {
    context.addIssue({
      code: 'custom',
      path: ['labels', 'kind'],
      message: `${recipe.labels.kind} labels teach the task ${taught}, not ${recipe.task}; change task or labels`,
    });
  }
  if (recipe.weights?.classBalance && taught === 'return') {
    context.addIssue({
      code: 'custom',
      path: ['weights', 'classBalance'],
      message: 'the task return has no classes; leave this out',
    });
  } else if (recipe.weights?.classBalance && recipe.train.classWeights === 'balanced') {
    context.addIssue({
      code: 'custom',
      path: ['weights', 'classBalance'],
      message: 'train.classWeights already balances the classes; set that to none, or leave this out',
    });
  }
  if (recipe.gate.refresh && recipe.gate.rules.skill === 'reported') {
    context.addIssue({
      code: 'custom',
      path: ['gate', 'refresh'],
      message: 'an old champion yields only to a skilled candidate; leave rules.skill required, or this out',
    });
  }
  for (const problem of recipe.search ? searchContradictions(recipe.search, recipe) : [])
    context.addIssue({ code: 'custom', ...problem });
}

export type Recipe = z.infer<typeof recipeSchema>;
export type { CostSpec } from './costs.ts';
export type { LabelSpec } from './labels.ts';
export type TrainSpec = Recipe['train'];
export type WeightSpec = NonNullable<Recipe['weights']>;
export type GateSpec = Recipe['gate'];

/**
 * Checks a parsed YAML document.
 * @throws AlphaloomError RECIPE_INVALID naming each path, value and what is allowed
 */
export function parseRecipe(document: unknown, origin: string): Recipe {
  const result = recipeSchema.safeParse(document);
  if (result.success) return result.data;
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `${origin}: ${describeIssues(result.error, document, recipeSchema)}`,
    {
      origin,
      issues: result.error.issues,
    },
  );
}
