import { z } from 'zod';
import type { Recipe } from '../../contracts/recipe.ts';
import { checkParams } from './params.ts';

const count = z.int().positive();
/** What is played in an iteration is kept in memory. */
const MOST_ROWS = 1_000_000;
/** Bars of the windows that a run of the net reads: a second's work for a usual net. */
const MOST_BARS = 500_000;
const coefficient = z.number().min(0).max(1e6);

/** Names and meanings of stable-baselines3 where it has them, defaults too unless said otherwise. */
const schema = z.strictObject({
  /** Most iterations: each plays `n_steps` in every environment, then learns from them. */
  iterations: count.max(100_000).default(100),
  /** Iterations without a better validation backtest after which training stops. */
  patience: count.max(100_000).default(25),
  /** Bars of a window. */
  steps: count.max(1_000).default(16),
  /** Environments played at once (stable-baselines3: 1), and steps in each per iteration (2048). */
  n_envs: count.max(4_096).default(16),
  n_steps: count.max(100_000).default(256),
  /** Rows of a gradient step (64); `n_envs · n_steps` is a whole multiple of it. */
  batch_size: count.max(65_536).default(256),
  /** Passes over what was played, per iteration. */
  n_epochs: count.max(100).default(10),
  /** How much a reward is worth a bar later. */
  gamma: z.number().min(0).max(1).default(0.99),
  gae_lambda: z.number().min(0).max(1).default(0.95),
  clip_range: z.number().gt(0).max(10).default(0.2),
  /** Weight of the entropy in the loss (0): it keeps a policy from giving up trading before it has learnt when to. */
  ent_coef: coefficient.default(0.01),
  vf_coef: coefficient.default(0.5),
  max_grad_norm: z.number().gt(0).max(1e6).default(0.5),
  learning_rate: z.number().min(1e-9).max(1).default(0.0003),
  /** An iteration's learning ends where the policy moved farther than 1.5 times this from the one that played; 0: never. */
  target_kl: z.number().min(0).max(1e6).default(0),
  /** Units of each of the two hidden layers, of actor and of critic. */
  hidden: count.max(1_024).default(64),
  /** Steps after which an episode is cut. */
  episode_steps: count.max(1_000_000).default(512),
  /** Share of its first equity at or below which an account is ruined, which ends its episode. */
  ruin_equity: z.number().min(0).lt(1).default(0.5),
});

export type PpoParams = z.infer<typeof schema>;

/** @throws AlphaloomError RECIPE_INVALID */
export function parsePpoParams(params: Recipe['train']['params']): PpoParams {
  return checkParams(
    schema
      .refine(({ n_envs, n_steps }) => n_envs * n_steps <= MOST_ROWS, {
        path: ['n_steps'],
        message: `n_envs · n_steps may be ${MOST_ROWS} at most`,
      })
      .refine(({ n_envs, batch_size, steps }) => Math.max(n_envs, batch_size) * steps <= MOST_BARS, {
        path: ['batch_size'],
        message: `batch_size · steps, and n_envs · steps, may be ${MOST_BARS} bars at most`,
      })
      .refine(({ n_envs, n_steps, batch_size }) => (n_envs * n_steps) % batch_size === 0, {
        path: ['batch_size'],
        message: 'n_envs · n_steps must be a whole multiple of it',
      }),
    params,
  );
}
