import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../../contracts/dataset.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { TrainSpec } from '../../contracts/recipe.ts';
import type { Task } from '../../contracts/tasks.ts';
import { blockRows, labelsOfBlock } from '../../datasets/block-rows.ts';
import type { WindowTable } from '../../features/window.ts';
import { writeFileAtomic } from '../../storage/files.ts';
import { calibrate, noCalibration } from '../decision/calibration.ts';
import type { ModelContract } from '../onnx/contract.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { classWeightsOf } from './class-weights.ts';
import { ensembleGraph, LEAST_PROBABILITY } from './ensemble-graph.ts';
import { fitMember, withMember } from './ensemble-members.ts';
import { parseEnsembleParams } from './ensemble-params.ts';
import { averagingWeights, mixtureWeights } from './ensemble-weights.ts';
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
  readonly outputs: number;
  readonly weights: readonly number[];
  readonly members: readonly { readonly estimator: string; readonly bestLoss: number }[];
}

/**
 * Several estimators whose probabilities are mixed, or whose returns are averaged, in shares that make the validation rows
 * likeliest. The members may differ in kind, windows, parameters and seeds; what serves is one ONNX graph.
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
    steps: () => Math.max(...members.map(({ estimator, train }) => estimator.steps(train))),
    fit: input => fit(members, input),
    scores: (folder, windows, libraries) => scores(members, folder, windows, libraries),
    scoreGraph: (folder, contract) => scoreGraph(members, folder, contract),
    importance: folder => importance(members, folder),
  };
}

/** Steps of the progress that a member's fit takes. */
const PROGRESS_PARTS = 100;

async function fit(members: readonly Member[], input: FitInput): Promise<FitSummary> {
  const { dataset, task, train, folder, workFolder, libraries, onProgress } = input;
  for (const [at, { estimator, train: own }] of members.entries()) {
    await fitMember(at, folder, workFolder, async (memberFolder, memberWork) => {
      await estimator.fit({
        ...input,
        train: own,
        folder: memberFolder,
        workFolder: memberWork,
        onProgress: progress => {
          const part = Math.floor((PROGRESS_PARTS * progress.round) / progress.rounds);
          onProgress({
            ...progress,
            round: at * PROGRESS_PARTS + part,
            rounds: members.length * PROGRESS_PARTS,
          });
        },
      });
    });
  }
  const validation = blockRows(dataset, 'validation', ensembleOf(members).steps(train));
  const answers = await memberAnswers(members, folder, validation.windows, libraries, task);
  const truth = validationTruth(input, dataset);
  const { method } = parseEnsembleParams(train.params);
  const weights = method === 'mean' ? members.map(() => 1 / members.length) : fitWeights(answers, truth);
  const bestLoss = lossOf(mix(answers, weights), truth);
  const result: EnsembleFit = {
    task,
    outputs: truth.outputs,
    weights,
    members: members.map(({ estimator }, at) => ({
      estimator: estimator.name,
      bestLoss: lossOf(answers[at], truth),
    })),
  };
  await writeFileAtomic(join(folder, FIT_FILE), `${JSON.stringify(result, null, 1)}\n`);
  return { rounds: members.length, bestRound: members.length, bestLoss };
}

interface Truth {
  readonly outputs: number;
  readonly label: Int8Array;
  readonly target: Float32Array | null;
  readonly rowWeight: ArrayLike<number>;
}

/** Rows weigh what their class weighs, as in the members' own validation losses. */
function validationTruth({ classes, train }: FitInput, dataset: Dataset): Truth {
  const { label, target } = labelsOfBlock(dataset, 'validation');
  const ofClass = classWeightsOf(train.classWeights, labelsOfBlock(dataset, 'train').label, classes.length);
  return {
    outputs: classes.length || 1,
    label,
    target,
    rowWeight: Float32Array.from(label, k => ofClass[k] ?? 1),
  };
}

function fitWeights(
  answers: readonly Float64Array[],
  { outputs, label, target, rowWeight }: Truth,
): number[] {
  if (target) return averagingWeights(answers, target, rowWeight);
  const chances = answers.map(own => Float64Array.from(label, (k, row) => own[row * outputs + k]));
  return mixtureWeights(chances, rowWeight);
}

/** Mean log loss, or mean squared error. */
function lossOf(answers: Float64Array, { outputs, label, target, rowWeight }: Truth): number {
  let [loss, total] = [0, 0];
  for (let row = 0; row < label.length; row++) {
    const own = target
      ? (answers[row] - target[row]) ** 2
      : -Math.log(Math.max(answers[row * outputs + label[row]], LEAST_PROBABILITY));
    loss += rowWeight[row] * own;
    total += rowWeight[row];
  }
  return loss / total;
}

/** Probabilities of each member, uncalibrated, or its returns. */
async function memberAnswers(
  members: readonly Member[],
  folder: string,
  windows: WindowTable,
  libraries: Libraries,
  task: Task,
): Promise<Float64Array[]> {
  const answers: Float64Array[] = [];
  for (const [at, { estimator, train }] of members.entries()) {
    // A window that is shorter ends at the same row.
    const own = { ...windows, steps: estimator.steps(train) };
    const raw = await withMember(folder, at, memberFolder => estimator.scores(memberFolder, own, libraries));
    const outputs = raw.length / windows.ends.length;
    answers.push(task === 'return' ? raw : calibrate(raw, noCalibration(outputs)));
  }
  return answers;
}

function mix(answers: readonly Float64Array[], weights: readonly number[]): Float64Array {
  return answers[0].map((_, at) => weights.reduce((sum, weight, m) => sum + weight * answers[m][at], 0));
}

async function scores(
  members: readonly Member[],
  folder: string,
  windows: WindowTable,
  libraries: Libraries,
): Promise<Float64Array> {
  const { weights, task } = await readFit(folder);
  const mixed = mix(await memberAnswers(members, folder, windows, libraries, task), weights);
  return task === 'return' ? mixed : mixed.map(p => Math.log(Math.max(p, LEAST_PROBABILITY)));
}

async function scoreGraph(
  members: readonly Member[],
  folder: string,
  contract: ModelContract,
): Promise<ScoreGraph> {
  const { weights, task } = await readFit(folder);
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
  return ensembleGraph(graphs, weights, contract);
}

/** Shares of the members that know theirs, in the members' weights. */
async function importance(members: readonly Member[], folder: string): Promise<FeatureImportance | null> {
  const { weights } = await readFit(folder);
  const sums = new Map<string, number>();
  for (const [at, { estimator }] of members.entries()) {
    const own = await withMember(folder, at, memberFolder => estimator.importance(memberFolder));
    for (const { feature, share } of own ?? [])
      sums.set(feature, (sums.get(feature) ?? 0) + weights[at] * share);
  }
  if (sums.size === 0) return null;
  const total = [...sums.values()].reduce((sum, value) => sum + value, 0);
  return [...sums].map(([feature, gain]) => ({ feature, gain, share: total > 0 ? gain / total : 0 }));
}

async function readFit(folder: string): Promise<EnsembleFit> {
  return JSON.parse(await readFile(join(folder, FIT_FILE), 'utf8')) as EnsembleFit;
}
