import { buildDataset } from '../datasets/dataset.ts';
import { compareModels } from '../evaluation/comparison.ts';
import { scoreModel } from '../evaluation/score.ts';

/** Pure functions that take seconds on long histories; a line each. Arguments and results cross threads as copies. */
export const PURE_FUNCTIONS = { buildDataset, compareModels, scoreModel };

export type PureFunctions = typeof PURE_FUNCTIONS;
