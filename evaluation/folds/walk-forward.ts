import type { Dataset } from '../../contracts/dataset.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { WalkForwardSpec } from '../../contracts/split.ts';
import { splitFolds } from '../../datasets/folds.ts';
import type { History } from '../history.ts';
import {
  type AnsweredFold,
  type FoldAnswers,
  foldDataset,
  joinFolds,
  type OutOfFold,
} from './out-of-fold.ts';

/**
 * Fits a model on the blocks `train` and `validation` of a fold's dataset, as the recipe says, and asks it about the
 * block `test`.
 * @param fold counted from 1, in time order
 */
export type PredictFold = (dataset: Dataset, fold: number) => Promise<FoldAnswers>;

/**
 * Fits and asks a model per fold, one after the other, and joins what they say of their test rows. Folds are made of the
 * rows before the test block alone.
 * @param newest how many folds, counted from the latest
 * @throws AlphaloomError DATASET_TOO_SMALL where a fold has nothing to learn from or to be judged on; what `predict` throws
 */
export async function walkForward(
  history: History,
  recipe: Pick<Recipe, 'task' | 'filter' | 'weights' | 'costs'>,
  spec: WalkForwardSpec,
  newest: number,
  predict: PredictFold,
): Promise<OutOfFold> {
  const { dataset, rows, embargoBars } = history;
  const answered: AnsweredFold[] = [];
  let number = 0;
  for (const fold of splitFolds(rows, dataset, spec, embargoBars)) {
    number++;
    if (number <= spec.folds - newest) continue;
    const answers = await predict(foldDataset(dataset, fold, number, recipe), number);
    answered.push({ ...answers, number, fold });
  }
  return joinFolds(history, recipe, answered);
}
