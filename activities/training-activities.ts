import { compareWithChampion } from './compare-with-champion.ts';
import { concludeEvaluation } from './conclude-evaluation.ts';
import { concludeSearch } from './conclude-search.ts';
import { evaluateFold } from './evaluate-fold.ts';
import { exportSnapshot } from './export-snapshot.ts';
import { fitModel } from './fit-model.ts';
import { importModel } from './import-model.ts';
import { labelDataset } from './label-dataset.ts';
import { keepSeeds } from './other-seeds.ts';
import { planSearch } from './plan-search.ts';
import { quantizeModel } from './quantize-model.ts';
import { reproduceVersion } from './reproduce-version.ts';
import { reviewChampion } from './review-champion.ts';
import type { Rooms } from './rooms.ts';
import { scoreTrial } from './score-trial.ts';
import { validateModel } from './validate-model.ts';

/** What every training step answers with, beside the reference to its output. */
export interface StepOutput {
  readonly cached: boolean;
  readonly workMs: number;
  /** One line for people. */
  readonly summary: string;
}

/** Activities of the queue `training`. */
export function createTrainingActivities(rooms: Rooms) {
  return {
    exportSnapshot: exportSnapshot(rooms),
    labelDataset: labelDataset(rooms),
    fitModel: fitModel(rooms),
    importModel: importModel(rooms),
    quantizeModel: quantizeModel(rooms),
    validateModel: validateModel(rooms),
    keepSeeds: keepSeeds(rooms),
    compareWithChampion: compareWithChampion(rooms),
    reviewChampion: reviewChampion(rooms),
    reproduceVersion: reproduceVersion(rooms),
    planSearch: planSearch(rooms),
    scoreTrial: scoreTrial(rooms),
    concludeSearch: concludeSearch(rooms),
    evaluateFold: evaluateFold(rooms),
    concludeEvaluation: concludeEvaluation(rooms),
  };
}

export type TrainingActivities = ReturnType<typeof createTrainingActivities>;
