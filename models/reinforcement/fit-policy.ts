import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import type { Dataset } from '../../contracts/dataset.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { rowsOfBlock } from '../../datasets/block-rows.ts';
import { volatilityOf, volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { spanOf } from '../../datasets/purge.ts';
import { windowTable } from '../../features/window.ts';
import type { PpoParams } from '../estimators/ppo-params.ts';
import { RandomStream } from '../nets/random-stream.ts';
import type { ActorCritic } from './actor-critic.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { observationScale } from './observation-scale.ts';
import type { Policy, PolicyHistory } from './policy.ts';
import { policyImportance } from './policy-importance.ts';
import { PolicyLearner } from './policy-learner.ts';
import { type TrainingDraws, type TrainingParts, trainPolicy } from './policy-training.ts';
import { TradingEnvironments, type TradingMarket } from './trading-environments.ts';
import { type TrainingBars, trainingBars } from './training-bars.ts';
import { validationGrowth } from './validation-backtest.ts';

export interface PolicyFitInput {
  readonly dataset: Dataset;
  /** The whole snapshot, and how it is traded. */
  readonly market: Omit<TradingMarket, 'volatility'>;
  readonly params: PpoParams;
  readonly seed: number;
  readonly threads: number;
  /** Where checkpoints are kept. */
  readonly workFolder: string;
}

export type PolicyFitHooks = Pick<TrainingParts, 'onProgress'>;

export interface FittedPolicy {
  readonly policy: Policy;
  readonly history: PolicyHistory;
}

/**
 * Trains a policy on the training bars, going on from the checkpoint in the work folder where there is one. The same input and
 * threads give the same policy, whatever interrupted it.
 * @throws AlphaloomError TRAINING_FAILED, DISK_FULL, PERMISSION_DENIED
 */
export async function fitPolicy(input: PolicyFitInput, hooks: PolicyFitHooks): Promise<FittedPolicy> {
  const { dataset, market, params, seed, threads, workFolder } = input;
  const playable = trainingBars(dataset, params.steps);
  const validation = validationRows(dataset);
  const observed = observedMarket(dataset, params.steps, validation.at(-1)!);
  const { rewardScale, ...inputs } = observationScale(dataset, market, playable);
  const net: ActorCritic = { ...inputs, hidden: params.hidden };
  const settings = { ...learnerSettings(params), net, seed, threads };
  const learner = await PolicyLearner.open(settings, observed);
  try {
    const episodeReturns: number[] = [];
    const validated = tradedUntil(market, spanOf(validation, dataset).to + 1);
    const state = await trainPolicy(
      {
        learner,
        world: environments(market, playable, params, seed, episodeReturns),
        episodeReturns,
        draws: trainingDraws(params, seed),
        validate: () => validationGrowth(learner, dataset, validated),
        save: now => writeCheckpoint(workFolder, now),
        ...hooks,
      },
      trainingSettings(params, rewardScale),
      await readCheckpoint(workFolder),
    );
    learner.restore(state.best);
    const { history: iterations, bestIteration, halvings } = state;
    const importance = await policyImportance(
      learner,
      validation.map(row => dataset.bar[row]),
      seed,
    );
    const policy = {
      net,
      steps: params.steps,
      featureNames: dataset.featureNames,
      weights: weightsOf(state.best.tensors),
    };
    return { policy, history: { iterations, bestIteration, halvings, importance } };
  } finally {
    await learner.dispose();
  }
}

function validationRows(dataset: Dataset): Int32Array {
  const rows = rowsOfBlock(dataset, 'validation');
  if (rows.length > 0) return rows;
  throw new AlphaloomError(
    'TRAINING_FAILED',
    'A policy needs validation rows to choose its best iteration by; there are none.',
    { validation: 0 },
  );
}

/** Every window up to the last validation row, so that nothing later can be seen. */
function observedMarket({ columns, bar }: Dataset, steps: number, lastRow: number) {
  const ends = Int32Array.from({ length: lastRow + 2 - steps }, (_, at) => at + steps - 1);
  return { windows: windowTable(columns, ends, steps), firstBar: bar[steps - 1] };
}

function environments(
  market: PolicyFitInput['market'],
  { starts, endBar }: TrainingBars,
  { n_envs, episode_steps, ruin_equity }: PpoParams,
  seed: number,
  episodeReturns: number[],
): TradingEnvironments {
  const stream = new RandomStream(seed, 'policy/episodes');
  const drawn = new Float32Array(1);
  const episodes = {
    starts,
    maxSteps: episode_steps,
    ruinEquity: ruin_equity,
    draw: (environment: number, episode: number) => stream.uniform(episode * n_envs + environment, drawn)[0],
  };
  return new TradingEnvironments(
    tradedUntil(market, endBar),
    episodes,
    n_envs,
    () => {},
    (_environment, _steps, logReturn) => episodeReturns.push(logReturn),
  );
}

/** The market as if its bars ended before `endBar`. */
function tradedUntil(market: PolicyFitInput['market'], endBar: number): TradingMarket {
  const candles: Candles = sliceCandles(market.candles, 0, endBar);
  return { ...market, candles, volatility: volatilityPerBar(candles, volatilityOf(market.labels)) };
}

function trainingDraws({ n_steps, n_epochs }: PpoParams, seed: number): TrainingDraws {
  const actions = new RandomStream(seed, 'policy/actions');
  const orders = new RandomStream(seed, 'policy/minibatches');
  return {
    actions: (iteration, step, out) => actions.uniform(iteration * n_steps + step, out),
    order: (iteration, epoch, rows) => orders.permutation(iteration * n_epochs + epoch, rows),
  };
}

function learnerSettings(params: PpoParams) {
  return {
    loss: {
      clipRange: params.clip_range,
      entropyCoefficient: params.ent_coef,
      valueCoefficient: params.vf_coef,
    },
    batch: params.batch_size,
    evaluationBatch: params.n_envs,
    clipNorm: params.max_grad_norm,
  };
}

function trainingSettings(params: PpoParams, rewardScale: number) {
  return {
    iterations: params.iterations,
    patience: params.patience,
    stepsPerIteration: params.n_steps,
    batch: params.batch_size,
    epochs: params.n_epochs,
    gamma: params.gamma,
    lambda: params.gae_lambda,
    learningRate: params.learning_rate,
    targetKl: params.target_kl,
    rewardScale,
  };
}

/** What is learnt, without what the optimizer keeps of it. */
function weightsOf(tensors: Policy['weights']): Policy['weights'] {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => /^(actor|critic)\./.test(name)));
}
