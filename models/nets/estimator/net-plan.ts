import { createHash } from 'node:crypto';
import { ADAM_DEFAULTS, adam, adamW, type Optimizer, sgd } from '../optimizers.ts';
import { featureStatistics, targetDeviation } from '../training/feature-statistics.ts';
import type { FitPlan } from '../training/fit-net.ts';
import type { RateSettings } from '../training/learning-rate.ts';
import type { NetRows } from '../training/net-rows.ts';
import { classObjective, type Objective, returnObjective } from '../training/objective.ts';
import { sampledByClass, shuffled } from '../training/row-order.ts';
import { compileTraining } from '../training-graph.ts';
import type { NetFitJob } from './net-job.ts';
import type { NetKind } from './net-kind.ts';
import { inputsOf, type NetModel, netOf } from './net-model.ts';
import type { NetParams } from './net-params.ts';

/** Rows per run of an evaluation. */
export const EVALUATION_BATCH = 64;

/** The training that a job asks for, compiled, and what the net is. */
export function planOf(job: NetFitJob, kind: NetKind): { plan: FitPlan; model: NetModel } {
  const { task, train } = job;
  const params = kind.parse(train.params);
  const deviation = task === 'return' ? targetDeviation(job.training.target!) : 1;
  const model: NetModel = {
    estimator: kind.name,
    ...{ task, classes: job.classes, featureNames: job.featureNames, steps: params.steps, params },
    preprocessing: featureStatistics(job.training.windows),
    targetDeviation: deviation,
  };
  const objective = objectiveOf(job, params, deviation);
  const rows = job.training.label.length;
  const batch = Math.min(params.batch_size, rows);
  const graph = compileTraining(netOf(kind, model), {
    inputs: inputsOf(model),
    ...{ batch, evaluationBatch: EVALUATION_BATCH, loss: objective.loss },
    ...{ optimizer: OPTIMIZERS[params.optimizer](params), clipNorm: params.clip_norm, seed: train.seed },
  });
  const plan: FitPlan = {
    ...{ graph, threads: train.threads, objective },
    training: inDeviations(job.training, deviation),
    validation: inDeviations(job.validation, deviation),
    order:
      params.imbalance === 'sampling' && task !== 'return'
        ? sampledByClass(job.training.label, job.classWeights, train.seed)
        : shuffled(rows, train.seed),
    rates: ratesOf(params, Math.floor(rows / batch)),
    ...{ epochs: params.epochs, patience: params.patience },
    ...{ workFolder: job.workFolder, identity: identityOf(job) },
  };
  return { plan, model };
}

function objectiveOf(job: NetFitJob, params: NetParams, deviation: number): Objective {
  if (job.task === 'return') return returnObjective(params.loss, deviation);
  return classObjective({
    classWeights: job.classWeights,
    isWeighted: params.imbalance !== 'sampling',
    gamma: params.imbalance === 'focal' ? params.focal_gamma : 0,
    smoothing: params.label_smoothing,
  });
}

const OPTIMIZERS: Readonly<Record<NetParams['optimizer'], (params: NetParams) => Optimizer>> = {
  adamw: ({ weight_decay }) => adamW({ ...ADAM_DEFAULTS, weightDecay: weight_decay }),
  adam: ({ weight_decay }) => adam({ ...ADAM_DEFAULTS, weightDecay: weight_decay }),
  sgd: ({ momentum, weight_decay }) => sgd({ momentum, weightDecay: weight_decay }),
};

function ratesOf(params: NetParams, stepsPerEpoch: number): RateSettings {
  return {
    schedule: params.schedule,
    peak: params.lr,
    floor: params.lr * params.lr_floor,
    warmUpSteps: Math.round(params.warmup_epochs * stepsPerEpoch),
    steps: params.epochs * stepsPerEpoch,
    factor: params.plateau_factor,
    patience: params.plateau_patience,
  };
}

function inDeviations(rows: NetRows, deviation: number): NetRows {
  return { ...rows, target: rows.target?.map(value => value / deviation) ?? null };
}

/** Hash of all that the training's result depends on beside this code. */
function identityOf({ workFolder: _workFolder, training, validation, ...rest }: NetFitJob): string {
  const hash = createHash('sha256').update(JSON.stringify(rest));
  for (const { windows, label, target, weight } of [training, validation]) {
    hash.update(JSON.stringify([windows.steps, windows.features, label.length, !target, !weight]));
    for (const part of [windows.values, windows.ends, label, target, weight]) {
      if (part) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
  }
  return hash.digest('hex');
}
