import { AlphaloomError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { answerWidth, type Task } from '../../contracts/tasks.ts';
import type { FitProgress } from '../../contracts/training.ts';
import { copyWindows, type WindowTable } from '../../features/window.ts';
import type {
  Estimator,
  FeatureImportance,
  FitInput,
  FitSummary,
  Libraries,
  NativeLibraryName,
} from '../estimators/estimator.ts';
import { requireFitted } from '../estimators/fitted-contract.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { runInProcess } from '../workers/worker-process.ts';
import { runInThread } from '../workers/worker-thread.ts';
import type { BoostingJob, FitJob, FitResult } from './boosting-job.ts';
import { TREE_LEARNERS } from './learners.ts';
import { removeTrainingTables, type TrainingTables, writeTrainingTables } from './training-tables.ts';
import { inTargetUnit, readModelText, readTreeFit, type TreeFit, writeTreeFit } from './tree-fit.ts';
import type { TreeModel } from './tree-model.ts';
import { treeScores } from './tree-onnx.ts';

/** What sets one way of growing trees apart from another. */
export interface TreeMethod<Params> {
  readonly name: string;
  readonly learner: NativeLibraryName;
  /** Release of the learner. */
  readonly version: string;
  parseParams(params: Recipe['train']['params']): Params;
  /** The parameters as the library takes them. @param deviation of the targets, in the unit they are learnt in */
  libraryParams(params: Params, train: Recipe['train'], task: Task, deviation: number): FitJob['params'];
  schedule(params: Params): Pick<FitJob, 'rounds' | 'patience' | 'keep'>;
}

const WORKER = new URL('./boosting-worker.ts', import.meta.url);
const NEVER = new AbortController().signal;

/**
 * An estimator of trees that a native library grows, in a process of its own: any of its calls may last, and must end when
 * told. A fit starts from round 0 whatever happened before: going on with a bagged booster would give other trees.
 */
export function treeEstimator<Params extends Recipe['train']['params']>(
  method: TreeMethod<Params>,
): Estimator {
  const { name, version, parseParams } = method;
  const learner = TREE_LEARNERS[method.learner];
  const modelOf = async (folder: string): Promise<TreeModel> =>
    learner.parseModel(await readModelText(folder, learner));
  return {
    name,
    tasks: ['direction3', 'approve2', 'return'],
    library: `${method.learner} ${version}`,
    needs: [method.learner],
    parityTolerance: 5e-6,
    calibrates: true,
    parseParams,
    steps: () => 1,
    fit: input => fit(method, input),

    async scores(folder, windows, libraries, signal = NEVER) {
      const { task, unit } = await readTreeFit(folder);
      const outputs = answerWidth(task);
      const groups = task === 'approve2' ? 1 : outputs;
      const rows = windows.ends.length;
      const raw = await inThread(
        {
          kind: 'score',
          learner: method.learner,
          library: libraryOf(method.learner, libraries),
          modelText: await readModelText(folder, learner),
          x: rowsOf(windows),
          rows,
          groups,
        },
        signal,
      );
      return task === 'approve2' ? besideZero(raw) : raw.map(value => value * unit);
    },

    async scoreGraph(folder, contract): Promise<ScoreGraph> {
      const fitted = await readTreeFit(folder);
      requireFitted(contract, fitted, 1);
      return treeScores(inTargetUnit(await modelOf(folder), fitted.unit));
    },

    async importance(folder): Promise<FeatureImportance> {
      const { featureNames, gains } = await readTreeFit(folder);
      const total = gains.reduce((sum, gain) => sum + gain, 0);
      return featureNames.map((feature, at) => {
        const gain = gains[at];
        return { feature, gain, share: total > 0 ? gain / total : 0 };
      });
    },
  };
}

async function fit<Params>(method: TreeMethod<Params>, input: FitInput): Promise<FitSummary> {
  const { dataset, task, classes, folder } = input;
  try {
    const tables = await writeTrainingTables(input);
    const job = fitJob(method, input, tables);
    const { modelText, keptRound, losses, gains } = await runInProcess<FitProgress, FitResult>(
      WORKER,
      job,
      input.onProgress,
      input.signal,
    );
    const { featureNames } = dataset;
    const { unit } = tables;
    const fitted: TreeFit = { task, featureNames, classes, unit, keptRound, losses, gains };
    await writeTreeFit(folder, TREE_LEARNERS[method.learner], modelText, fitted);
    return { rounds: losses.length, bestRound: keptRound, bestLoss: losses[keptRound - 1] };
  } finally {
    await removeTrainingTables(input.workFolder);
  }
}

function fitJob<Params>(method: TreeMethod<Params>, input: FitInput, tables: TrainingTables): FitJob {
  const { dataset, task, train, libraries } = input;
  const params = method.parseParams(train.params);
  return {
    kind: 'fit',
    learner: method.learner,
    library: libraryOf(method.learner, libraries),
    params: method.libraryParams(params, train, task, tables.deviation),
    threads: train.threads,
    featureNames: dataset.featureNames,
    ...method.schedule(params),
    train: tables.train,
    validation: tables.validation,
  };
}

async function inThread(job: BoostingJob, signal: AbortSignal): Promise<Float64Array> {
  return await runInThread<never, Float64Array>(WORKER, job, () => {}, signal);
}

/** @throws AlphaloomError NATIVE_LIBRARY_MISSING */
function libraryOf(name: NativeLibraryName, libraries: Libraries): string {
  const path = libraries[name];
  if (path) return path;
  const { title } = TREE_LEARNERS[name];
  throw new AlphaloomError(
    'NATIVE_LIBRARY_MISSING',
    `${title}'s library is not installed. Run ./alphaloom setup.`,
    { library: name },
  );
}

/** Row-major `[rows, features]` in memory that threads share. */
function rowsOf(windows: WindowTable): Float32Array {
  const rows = windows.ends.length;
  const x = new Float32Array(new SharedArrayBuffer(4 * rows * windows.features));
  copyWindows(windows, 0, rows, x);
  return x;
}

/** The scores 0 and s of two classes, whose softmax is the probability that s is the logit of. */
function besideZero(scores: Float64Array): Float64Array {
  const pairs = new Float64Array(2 * scores.length);
  for (const [row, score] of scores.entries()) pairs[2 * row + 1] = score;
  return pairs;
}
