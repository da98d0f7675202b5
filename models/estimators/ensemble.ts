import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { TrainSpec } from '../../contracts/recipe.ts';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import { blockRows, labelsOfBlock, rowsOfBlock } from '../../datasets/block-rows.ts';
import type { WindowTable } from '../../features/window.ts';
import { writeFileAtomic } from '../../storage/files.ts';
import { calibrate, noCalibration } from '../decision/calibration.ts';
import {
  type Answers,
  type Combination,
  combine,
  fitCombination,
  lossOfScores,
  type Truth,
} from '../ensembles/combination.ts';
import { ensembleGraph } from '../ensembles/ensemble-graph.ts';
import { fitMember, withMember } from '../ensembles/members.ts';
import { parseEnsembleParams } from '../ensembles/params.ts';
import type { ModelContract } from '../onnx/contract.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { classWeightsOf } from './class-weights.ts';
import type { Estimator, FeatureImportance, FitInput, FitSummary, Libraries } from './estimator.ts';

/** A member as the recipe says it is trained. */
export interface Member {
  readonly estimator: Estimator;
  readonly train: TrainSpec;
}

const FIT_FILE = 'ensemble.json';

/** `ensemble.json`; the members' own files stand beside it. */
interface EnsembleFit {
  readonly task: Task;
  readonly combination: Combination;
  /** Each member's own validation loss, and the ensemble's. */
  readonly memberLosses: readonly number[];
  readonly loss: number;
}

/**
 * Several estimators whose answers are combined as fits the validation rows best. The members may differ in kind, windows,
 * parameters and seeds; what serves is one ONNX graph.
 */
export function ensembleOf(members: readonly Member[]): Estimator {
  const each = members.map(({ estimator }) => estimator);
  return {
    name: 'ensemble',
    tasks: (['direction3', 'approve2', 'return'] as const).filter(task =>
      each.every(({ tasks, calibrates }) => tasks.includes(task) && calibrates),
    ),
    library: each.map(({ library }) => library).join(' + '),
    needs: [...new Set(each.flatMap(({ needs }) => needs))],
    parityTolerance: Math.max(...each.map(({ parityTolerance }) => parityTolerance)),
    calibrates: true,
    parseParams: parseEnsembleParams,
    steps: () => stepsOf(members),
    fit: input => fit(members, input),
    scores: (folder, windows, libraries, signal) => scores(members, folder, windows, libraries, signal),
    scoreGraph: (folder, contract) => scoreGraph(members, folder, contract),
    importance: folder => importance(members, folder),
  };
}

function stepsOf(members: readonly Member[]): number {
  return Math.max(...members.map(({ estimator, train }) => estimator.steps(train)));
}

async function fit(members: readonly Member[], input: FitInput): Promise<FitSummary> {
  const { dataset, task, train, folder, libraries } = input;
  for (const at of members.keys()) await fitOne(members, at, input);
  const { windows } = blockRows(dataset, 'validation', stepsOf(members));
  const answers = await memberAnswers(members, folder, windows, libraries, task, input.signal);
  const truth = validationTruth(input);
  const combination = fitCombination(parseEnsembleParams(train.params), answers, truth);
  const lossWith = (own: Combination, of: Answers) => lossOfScores(combine(own, of, truth.classes), truth);
  const result: EnsembleFit = {
    task,
    combination,
    memberLosses: answers.map(own => lossWith({ kind: 'shares', shares: [1] }, [own])),
    loss: lossWith(combination, answers),
  };
  await writeFileAtomic(join(folder, FIT_FILE), `${JSON.stringify(result, null, 1)}\n`);
  return { rounds: members.length, bestRound: members.length, bestLoss: result.loss };
}

/** Steps of the progress that a member's fit takes. */
const PROGRESS_PARTS = 100;

async function fitOne(members: readonly Member[], at: number, input: FitInput): Promise<void> {
  const { estimator, train } = members[at];
  const rounds = members.length * PROGRESS_PARTS;
  await fitMember(at, input.folder, input.workFolder, (folder, workFolder) =>
    estimator.fit({
      ...input,
      ...{ train, folder, workFolder },
      onProgress(progress) {
        const part = Math.floor((PROGRESS_PARTS * progress.round) / progress.rounds);
        input.onProgress({ ...progress, round: at * PROGRESS_PARTS + part, rounds });
      },
    }),
  );
}

/** Rows weigh what they and their class weigh, as in the members' own validation losses. */
function validationTruth({ dataset, classes, train }: FitInput): Truth {
  const { label, target } = labelsOfBlock(dataset, 'validation');
  const ofClass = classWeightsOf(train.classWeights, labelsOfBlock(dataset, 'train').label, classes.length);
  const rows = rowsOfBlock(dataset, 'validation');
  const rowWeight = Float32Array.from(
    label,
    (k, at) => (ofClass[k] ?? 1) * (dataset.weight?.[rows[at]] ?? 1),
  );
  return { classes: classes.length, label, target, rowWeight };
}

/** Probabilities of each member, uncalibrated, or its returns. */
async function memberAnswers(
  members: readonly Member[],
  folder: string,
  windows: WindowTable,
  libraries: Libraries,
  task: Task,
  signal: AbortSignal | undefined,
): Promise<Float64Array[]> {
  const answers: Float64Array[] = [];
  for (const [at, { estimator, train }] of members.entries()) {
    // A window that is shorter ends at the same row.
    const own = { ...windows, steps: estimator.steps(train) };
    const raw = await withMember(folder, at, memberFolder =>
      estimator.scores(memberFolder, own, libraries, signal),
    );
    answers.push(task === 'return' ? raw : calibrate(raw, noCalibration(TASK_CLASSES[task].length)));
  }
  return answers;
}

async function scores(
  members: readonly Member[],
  folder: string,
  windows: WindowTable,
  libraries: Libraries,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { combination, task } = await readFit(folder);
  const answers = await memberAnswers(members, folder, windows, libraries, task, signal);
  return combine(combination, answers, TASK_CLASSES[task].length);
}

async function scoreGraph(
  members: readonly Member[],
  folder: string,
  contract: ModelContract,
): Promise<ScoreGraph> {
  const { combination, task } = await readFit(folder);
  if (contract.task !== task) {
    throw new AlphaloomError(
      'MODEL_UNSUPPORTED',
      `The ensemble was asked for with the task ${contract.task}, and was fitted for ${task}.`,
      { contract: contract.task, fitted: task },
    );
  }
  const graphs = [];
  for (const [at, { estimator, train }] of members.entries()) {
    const steps = estimator.steps(train);
    const graph = await withMember(folder, at, memberFolder =>
      estimator.scoreGraph(memberFolder, { ...contract, steps }),
    );
    graphs.push({ graph, steps });
  }
  return ensembleGraph(graphs, combination, contract);
}

/** Mean of the shares of the members that know theirs, in the members' shares where the ensemble has such. */
async function importance(members: readonly Member[], folder: string): Promise<FeatureImportance | null> {
  const { combination } = await readFit(folder);
  const weightOf = (at: number) => (combination.kind === 'shares' ? combination.shares[at] : 1);
  const sums = new Map<string, number>();
  for (const [at, { estimator }] of members.entries()) {
    const own = await withMember(folder, at, memberFolder => estimator.importance(memberFolder));
    for (const { feature, share } of own ?? [])
      sums.set(feature, (sums.get(feature) ?? 0) + weightOf(at) * share);
  }
  if (sums.size === 0) return null;
  const total = [...sums.values()].reduce((sum, value) => sum + value, 0);
  return [...sums].map(([feature, gain]) => ({ feature, gain, share: total > 0 ? gain / total : 0 }));
}

async function readFit(folder: string): Promise<EnsembleFit> {
  return JSON.parse(await readFile(join(folder, FIT_FILE), 'utf8')) as EnsembleFit;
}
