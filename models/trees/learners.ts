import type { NativeLibraryName } from '../estimators/estimator.ts';
import type { FitJob } from './boosting-job.ts';
import { LightgbmLibrary } from './lightgbm-library.ts';
import { averagesTrees, parseLightgbmModel } from './lightgbm-model.ts';
import { freeing } from './native-library.ts';
import { readTable } from './table-file.ts';
import type { TreeModel } from './tree-model.ts';
import { XgboostLibrary } from './xgboost-library.ts';
import { parseXgboostModel, xgboostGains } from './xgboost-model.ts';

/** A model that is being trained, round by round. */
export interface Booster {
  update(): void;
  /** Rounds whose trees it holds. */
  rounds(): number;
  validationMetric(): number;
  /** The model of the first `rounds` rounds, in the library's own format. */
  modelText(rounds: number): string;
  /** Sum of split gains per feature in the model of the first `rounds` rounds, whose text is given. */
  gains(rounds: number, modelText: string): Float64Array;
}

/** A library that grows trees. */
export interface TreeLearner {
  readonly title: string;
  /** What its model file is called. */
  readonly modelFile: string;
  parseModel(text: string): TreeModel;
  /** What is opened is freed by the stack. */
  open(job: FitJob, native: DisposableStack): Booster;
  /** Raw scores `[rows, groups]`. */
  scores(library: string, modelText: string, x: Float32Array, rows: number, groups: number): Float64Array;
}

export const TREE_LEARNERS: Readonly<Record<NativeLibraryName, TreeLearner>> = {
  lightgbm: {
    title: 'LightGBM',
    modelFile: 'model.txt',
    parseModel: parseLightgbmModel,
    open: openLightgbm,
    scores(path, modelText, x, rows, groups) {
      return freeing(native => {
        const booster = native.use(new LightgbmLibrary(path).boosterFromText(modelText));
        const sums = booster.scores(x, rows, groups);
        // Of averaged trees LightGBM gives raw scores as sums, and takes the mean only when it converts them.
        const scale = averagesTrees(modelText) ? 1 / booster.rounds() : 1;
        return sums.map(sum => sum * scale);
      });
    },
  },
  xgboost: {
    title: 'XGBoost',
    modelFile: 'model.json',
    parseModel: parseXgboostModel,
    open: openXgboost,
    scores: (path, modelText, x, rows) =>
      Float64Array.from(new XgboostLibrary(path).scores(modelText, x, rows)),
  },
};

function openLightgbm(job: FitJob, native: DisposableStack): Booster {
  const library = new LightgbmLibrary(job.library);
  const { params, featureNames } = job;
  const tableOf = (file: FitJob['train']) => {
    const { x, target, weight } = readTable(file);
    return { x, label: target, weight, featureNames };
  };
  const train = native.use(library.dataset(tableOf(job.train), params, null));
  const validation = native.use(library.dataset(tableOf(job.validation), params, train));
  const booster = native.use(library.booster(train, params));
  booster.addValidation(validation);
  return {
    update: () => booster.update(),
    rounds: () => booster.rounds(),
    validationMetric: () => booster.validationMetric(),
    modelText: rounds => booster.modelText(rounds),
    gains: rounds => booster.gains(featureNames.length, rounds),
  };
}

function openXgboost(job: FitJob, native: DisposableStack): Booster {
  const library = new XgboostLibrary(job.library);
  const { params, featureNames, threads } = job;
  const tableOf = (file: FitJob['train']) => {
    const { x, target, weight } = readTable(file);
    return library.table({ x, rows: file.rows, target, weight }, threads);
  };
  const train = native.use(tableOf(job.train));
  const validation = native.use(tableOf(job.validation));
  const booster = native.use(library.booster(train, validation, params));
  return {
    update: () => booster.update(),
    rounds: () => booster.rounds(),
    validationMetric: () => booster.validationMetric(),
    modelText: rounds => booster.modelText(rounds, featureNames),
    gains: (_rounds, modelText) => xgboostGains(modelText, featureNames.length),
  };
}
