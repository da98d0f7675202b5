import { parseRecipe, type Recipe } from '../../../contracts/recipe.ts';

/** Values that settings ask for; what none asks for stays as in the project's default recipe. */
export interface RecipeDraft {
  name?: string;
  kind?: 'spot' | 'swap';
  horizonBars?: number;
  trainDays?: number;
  testDays?: number;
  /** Part of the training rows that only judges when to stop. */
  validationShare?: number;
  seed?: number;
  threads?: number;
  feeBps?: number;
  maxModelAgeDays?: number;
  readonly params: Record<string, number>;
}

/** Shares of the default recipe. */
const TEST_SHARE = 0.3;
const VALIDATION_SHARE = 0.18;
/** A test block is part of the history, and neither next to nothing of it nor most of it. */
const TEST_BOUNDS = [0.05, 0.6] as const;
/** LightGBM's parameters of the default recipe. */
const PARAMS = {
  rounds: 400,
  patience: 30,
  num_leaves: 15,
  learning_rate: 0.03,
  min_data_in_leaf: 200,
  lambda_l2: 5,
  feature_fraction: 0.8,
  bagging_fraction: 0.8,
  bagging_freq: 1,
};

/**
 * The recipe document of a draft, as small as it can be written, checked.
 * @throws AlphaloomError RECIPE_INVALID
 */
export function proposeRecipe(draft: RecipeDraft, description: string): Record<string, unknown> {
  const test = rounded(testShare(draft));
  const validation = rounded((1 - test) * (draft.validationShare ?? VALIDATION_SHARE));
  const document = {
    name: draft.name ?? 'freqtrade',
    description,
    task: 'direction3',
    ...(draft.kind ? { markets: [draft.kind] } : {}),
    features: { set: 'core15' },
    labels: { kind: 'triple-barrier', horizonBars: draft.horizonBars ?? 24, upAtr: 2.5, downAtr: 2.5 },
    split: { train: rounded(1 - test - validation), validation, test },
    train: {
      estimator: 'lightgbm',
      seed: draft.seed ?? 1,
      ...(draft.threads ? { threads: draft.threads } : {}),
      params: { ...PARAMS, ...draft.params },
    },
    ...(draft.feeBps === undefined ? {} : { costs: { feeBps: draft.feeBps } }),
    maxModelAgeDays: draft.maxModelAgeDays ?? 180,
  } satisfies Partial<Record<keyof Recipe, unknown>>;
  parseRecipe(document, 'the proposed recipe');
  return document;
}

function testShare({ trainDays, testDays }: RecipeDraft): number {
  if (!trainDays || !testDays) return TEST_SHARE;
  const [low, high] = TEST_BOUNDS;
  return Math.min(high, Math.max(low, testDays / (trainDays + testDays)));
}

function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
