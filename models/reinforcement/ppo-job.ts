import type { WindowTable } from '../../features/window.ts';
import type { FittedPolicy, PolicyFitInput } from './fit-policy.ts';
import type { Policy } from './policy.ts';
import type { PolicyProgress } from './policy-training.ts';

/** What `ppo-worker.ts` is asked to do. */
export type PpoJob = PpoFitJob | PpoScoresJob;

export interface PpoFitJob {
  readonly kind: 'fit';
  readonly input: PolicyFitInput;
}

export interface PpoScoresJob {
  readonly kind: 'scores';
  readonly policy: Policy;
  readonly windows: WindowTable;
}

export type PpoResult = FittedPolicy | Float64Array;

/** What is told of a progress: the weights stay in the thread. */
export type PpoProgress = Pick<PolicyProgress['state'], 'history' | 'bestIteration'> &
  Pick<PolicyProgress, 'step' | 'steps'>;
