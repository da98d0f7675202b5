import { golden } from '../../support/golden.ts';

/** Reference results of advantage estimation and of the clipped loss, float64. */
export const oracle = golden<{
  readonly gamma: number;
  readonly lambda: number;
  readonly clip: number;
  readonly rewards: readonly number[];
  readonly values_51: readonly number[];
  readonly done_after_step: readonly boolean[];
  readonly gae_advantages: readonly number[];
  readonly returns: readonly number[];
  readonly log_prob_old: readonly number[];
  readonly log_prob_new: readonly number[];
  readonly 'normalised_advantages_ddof1_eps1e-8': readonly number[];
  readonly policy_loss: number;
}>('ppo.json');
