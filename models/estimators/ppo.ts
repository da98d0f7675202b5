import { AlphaloomError } from '../../contracts/errors.ts';
import type { FitProgress } from '../../contracts/training.ts';
import type { WindowTable } from '../../features/window.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { exportScores } from '../nets/score-export.ts';
import { INPUT, type ModelContract, PORTFOLIO_INPUT } from '../onnx/contract.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { classScores } from '../reinforcement/actor-critic.ts';
import type { FittedPolicy } from '../reinforcement/fit-policy.ts';
import { readPolicy, writePolicy } from '../reinforcement/policy.ts';
import { PORTFOLIO_SIZE, PORTFOLIO_STATE } from '../reinforcement/portfolio-state.ts';
import type { PpoJob, PpoProgress } from '../reinforcement/ppo-job.ts';
import { runInProcess } from '../workers/worker-process.ts';
import { runInThread } from '../workers/worker-thread.ts';
import type {
  Estimator,
  FeatureImportance,
  FitInput,
  FitMarket,
  FitSummary,
  Libraries,
} from './estimator.ts';
import { parsePpoParams } from './ppo-params.ts';

const WORKER = new URL('../reinforcement/ppo-worker.ts', import.meta.url);

/** Of scoring that nobody cancels. */
const NEVER = new AbortController().signal;

/**
 * A policy that learns by trading (proximal policy optimisation), in a process of its own. It goes on from its last checkpoint.
 * Its probabilities are those of actions, not of what the market will do: neither calibration nor thresholds apply.
 */
export const ppo: Estimator = {
  name: 'ppo',
  tasks: ['direction3'],
  library: `onnxruntime ${packageJson.dependencies['onnxruntime-node']}`,
  needs: [],
  parityTolerance: 1e-5,
  calibrates: false,
  trades: true,
  portfolio: PORTFOLIO_STATE,
  parseParams: parsePpoParams,
  steps: ({ params }) => parsePpoParams(params).steps,
  fit,
  scores,
  scoreGraph,
  importance,
};

async function fit(input: FitInput): Promise<FitSummary> {
  const { dataset, train, folder, workFolder, signal, onProgress } = input;
  const params = parsePpoParams(train.params);
  const job: PpoJob = {
    kind: 'fit',
    input: {
      dataset,
      market: requireMarket(input),
      params,
      seed: train.seed,
      threads: train.threads,
      workFolder,
    },
  };
  const { policy, history } = await runInProcess<PpoProgress, FittedPolicy>(
    WORKER,
    job,
    progress => onProgress(describe(progress, params.iterations)),
    signal,
  );
  await writePolicy(folder, policy, history);
  return {
    rounds: history.iterations.length,
    bestRound: history.bestIteration,
    bestLoss: history.iterations[history.bestIteration - 1].loss,
  };
}

function requireMarket({ market }: FitInput): FitMarket {
  if (market) return market;
  throw new AlphaloomError('INTERNAL', 'A policy learns by trading, and was given no market to trade on.');
}

function describe({ history, bestIteration, step, steps }: PpoProgress, iterations: number): FitProgress {
  const last = history.at(-1);
  return {
    round: history.length,
    rounds: iterations,
    step,
    steps,
    loss: last?.loss ?? null,
    bestRound: bestIteration,
    bestLoss: history[bestIteration - 1]?.loss ?? null,
    figures: {
      environment_steps: last?.steps ?? 0,
      mean_episode_return: last?.meanEpisodeReturn ?? null,
      entropy: last?.entropy ?? null,
    },
  };
}

async function scores(
  folder: string,
  windows: WindowTable,
  _libraries: Libraries,
  signal = NEVER,
): Promise<Float64Array> {
  const job: PpoJob = { kind: 'scores', policy: await readPolicy(folder), windows };
  return await runInThread<never, Float64Array>(WORKER, job, () => {}, signal);
}

async function scoreGraph(folder: string, contract: ModelContract): Promise<ScoreGraph> {
  const { net, steps, featureNames, weights } = await readPolicy(folder);
  const wanted = [contract.steps, contract.featureNames, contract.portfolio];
  const fitted = [steps, featureNames, PORTFOLIO_STATE];
  if (JSON.stringify(wanted) !== JSON.stringify(fitted)) {
    throw new AlphaloomError(
      'MODEL_UNSUPPORTED',
      `The policy was asked for with the inputs ${JSON.stringify(wanted)}, and was fitted with ${JSON.stringify(fitted)}.`,
      { wanted, fitted },
    );
  }
  const inputs = { [INPUT]: [steps, featureNames.length], [PORTFOLIO_INPUT]: [PORTFOLIO_SIZE] };
  return exportScores(classScores(net), inputs, weights);
}

/** How far the policy's probabilities move when a feature's values are shuffled. */
async function importance(folder: string): Promise<FeatureImportance> {
  const { featureNames, importance: gains } = await readPolicy(folder);
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return featureNames.map((feature, at) => {
    const gain = gains[at];
    return { feature, gain, share: total > 0 ? gain / total : 0 };
  });
}
