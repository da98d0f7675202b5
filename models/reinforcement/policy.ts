import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../storage/files.ts';
import { decodeTensors, encodeTensors } from '../nets/training/tensor-file.ts';
import type { ActorCritic } from './actor-critic.ts';
import type { IterationRecord } from './policy-training.ts';
import { PORTFOLIO_STATE } from './portfolio-state.ts';

/** A trained policy: all that is needed to ask it. */
export interface Policy {
  readonly net: ActorCritic;
  readonly steps: number;
  readonly featureNames: readonly string[];
  /** By name, row-major. */
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** How it came about. */
export interface PolicyHistory {
  readonly iterations: readonly IterationRecord[];
  readonly bestIteration: number;
  /** Times that a step was dropped and the learning rate halved. */
  readonly halvings: number;
  /** Per feature, how far the action probabilities move on validation rows when its values are shuffled. */
  readonly importance: readonly number[];
}

const WEIGHTS_FILE = 'policy.safetensors';
const FIT_FILE = 'fit.json';

/** @throws AlphaloomError DISK_FULL, PERMISSION_DENIED */
export async function writePolicy(folder: string, policy: Policy, history: PolicyHistory): Promise<void> {
  const { weights, ...rest } = policy;
  const fit = { ...rest, portfolio: PORTFOLIO_STATE, ...history };
  const tensors = Object.entries(weights).map(
    ([name, values]) => [name, { dims: [values.length], values }] as const,
  );
  await writeFileAtomic(join(folder, WEIGHTS_FILE), encodeTensors(tensors, {}));
  await writeFileAtomic(join(folder, FIT_FILE), `${JSON.stringify(fit, null, 1)}\n`);
}

/** @throws AlphaloomError ARTIFACT_CORRUPT */
export async function readPolicy(folder: string): Promise<Policy & PolicyHistory> {
  const fit = JSON.parse(await readFile(join(folder, FIT_FILE), 'utf8')) as Policy & PolicyHistory;
  const { tensors } = decodeTensors(await readFile(join(folder, WEIGHTS_FILE)), WEIGHTS_FILE);
  const weights = [...tensors].map(([name, { values }]) => [name, values]);
  return { ...fit, weights: Object.fromEntries(weights) };
}
