import { AlphaloomError } from '../../../contracts/errors.ts';
import { answerWidth } from '../../../contracts/tasks.ts';
import type { WindowTable } from '../../../features/window.ts';
import { crossEntropy, squaredError } from '../losses.ts';
import { sgd } from '../optimizers.ts';
import type { Tensors } from '../training/fit-state.ts';
import { scoreRows } from '../training/validation-loss.ts';
import { compileTraining, type StateTensor, type TrainingGraph } from '../training-graph.ts';
import { TrainingSession } from '../training-session.ts';
import { readNetFit, readWeights } from './net-fit-file.ts';
import type { NetScoreJob } from './net-job.ts';
import type { NetKind } from './net-kind.ts';
import { inputsOf, type NetModel, netOf } from './net-model.ts';
import { EVALUATION_BATCH } from './net-plan.ts';

/** One: calibration follows from these scores, and may not depend on how many threads a machine gave. */
const THREADS = 1;

/** A fit's scores `[rows, outputs]` by the training's own evaluation. */
export async function scoreWindows(
  { folder, windows }: NetScoreJob,
  kindOf: (estimator: string) => NetKind,
): Promise<Float64Array> {
  const model = await readNetFit(folder);
  requireSize(windows, model);
  const graph = evaluationOf(kindOf(model.estimator), model);
  const session = await TrainingSession.open(graph, THREADS);
  try {
    session.restore({ steps: 0, tensors: completed(graph, await readWeights(folder)) });
    const rows = { windows, label: new Int32Array(windows.ends.length), target: null, weight: null };
    return Float64Array.from(await scoreRows(session, rows, graph.outputs, EVALUATION_BATCH));
  } finally {
    await session.dispose();
  }
}

function requireSize({ steps, features }: WindowTable, model: NetModel): void {
  const wanted = [model.steps, model.featureNames.length];
  if (steps === wanted[0] && features === wanted[1]) return;
  throw new AlphaloomError(
    'SCHEMA_MISMATCH',
    `The net was fitted on windows of ${wanted[0]} bars × ${wanted[1]} features, and is asked about ${steps} × ${features}.`,
    { wanted, got: [steps, features] },
  );
}

/** A training of which only the evaluation is used. */
function evaluationOf(kind: NetKind, model: NetModel): TrainingGraph {
  const classWeights = new Array<number>(answerWidth(model.task)).fill(1);
  return compileTraining(netOf(kind, model), {
    inputs: inputsOf(model),
    ...{ batch: 1, evaluationBatch: EVALUATION_BATCH, clipNorm: null, seed: 0 },
    loss: model.task === 'return' ? squaredError() : crossEntropy({ classWeights, smoothing: 0 }),
    optimizer: sgd({ momentum: 0, weightDecay: 0 }),
  });
}

/** With the moments of that training, which nothing reads. */
function completed({ state }: TrainingGraph, weights: Tensors): Tensors {
  return Object.fromEntries(state.map(tensor => [tensor.name, weights[tensor.name] ?? unread(tensor)]));
}

function unread({ name, isEvaluated, initial }: StateTensor): Float32Array {
  if (!isEvaluated) return initial;
  throw new AlphaloomError('ARTIFACT_CORRUPT', `The fit has no tensor ${name}. Train again.`, { name });
}
