import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { TASK_CLASSES } from '../../../contracts/tasks.ts';
import type { FitInput } from '../../../models/estimators/estimator.ts';
import { findEstimator } from '../../../models/estimators/index.ts';
import type { ModelContract } from '../../../models/onnx/contract.ts';
import { modelFile } from '../../../models/onnx/model-file.ts';
import { openSession } from '../../../models/onnx/session.ts';
import { PORTFOLIO_STATE } from '../../../models/reinforcement/portfolio-state.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { trainWith } from '../fixtures.ts';
import { COSTS, LABELS, type PlantedMarket, plantedMarket } from './planted-market.ts';

export const ppo = findEstimator('ppo');
export const STEPS = 4;
export const MARKET = plantedMarket(2_400, 3);

/** A small fit that has learnt something after a second or two. */
export const SMALL = {
  iterations: 6,
  steps: STEPS,
  n_envs: 8,
  n_steps: 64,
  batch_size: 128,
  n_epochs: 6,
  hidden: 16,
  learning_rate: 0.002,
  episode_steps: 100,
};

/** What a fit is given, its folders fresh. */
export async function fitInput(
  root: string,
  { candles, dataset }: PlantedMarket = MARKET,
  changes: Partial<FitInput> = {},
): Promise<FitInput> {
  return {
    dataset,
    task: 'direction3',
    classes: TASK_CLASSES.direction3,
    train: trainWith(SMALL, { estimator: 'ppo', seed: 7 }),
    folder: await mkdtemp(join(root, 'fit-')),
    workFolder: join(root, 'work'),
    libraries: {},
    market: { candles, labels: LABELS, costs: COSTS, market: 'swap' },
    signal: new AbortController().signal,
    onProgress: () => {},
    ...changes,
  };
}

export async function fitted(
  t: TestContext,
  market: PlantedMarket = MARKET,
  changes: Partial<FitInput> = {},
) {
  const input = await fitInput(await temporaryHome(t), market, changes);
  return { folder: input.folder, summary: await ppo.fit(input) };
}

export function contractOf({ dataset }: PlantedMarket = MARKET): ModelContract {
  return {
    featureNames: dataset.featureNames,
    schemaHash: dataset.schemaHash,
    steps: STEPS,
    task: 'direction3',
    classes: TASK_CLASSES.direction3,
    portfolio: PORTFOLIO_STATE,
    packageId: 'b'.repeat(64),
  };
}

/** The model as it serves. */
export async function served(t: TestContext, folder: string) {
  const graph = await ppo.scoreGraph(folder, contractOf());
  const session = await openSession(
    modelFile(graph, contractOf(), { logWeights: [0, 0, 0], temperature: 1 }),
  );
  t.after(() => session.dispose());
  return session;
}
