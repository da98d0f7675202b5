import type { Dataset } from '../contracts/dataset.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { rowsWithWindows } from '../datasets/block-rows.ts';
import { effectiveRows } from '../datasets/purge.ts';
import { halveValidation } from '../datasets/validation-halves.ts';
import { asTrained, type FittedDecision, fitDecision } from '../models/decision/fit-decision.ts';
import { effectiveClassWeights } from '../models/estimators/class-weights.ts';
import type { Estimator, Libraries } from '../models/estimators/estimator.ts';
import { breakEvenLogReturn } from '../strategy/costs.ts';
import { decidesByRows } from './fit-model.ts';

/** An estimator's result, and what it takes to ask it. */
export interface Fitted {
  readonly estimator: Estimator;
  readonly folder: string;
  readonly libraries: Libraries;
  readonly signal: AbortSignal;
}

/** Calibrates a fit and sets its thresholds, by the validation rows that were kept from it. */
export async function decideFit(
  { estimator, folder, libraries, signal }: Fitted,
  dataset: Dataset,
  embargoBars: number,
  recipe: Recipe,
): Promise<FittedDecision> {
  const { task, train, decision, costs } = recipe;
  if (!decidesByRows(estimator, recipe)) return asTrained(task);
  const { deciding } = halveValidation(dataset, embargoBars);
  const rows = rowsWithWindows(dataset, deciding, estimator.steps(train));
  const breakEven = breakEvenLogReturn(costs);
  return fitDecision({
    task,
    scores: await estimator.scores(folder, rows.windows, libraries, signal),
    label: rows.label,
    target: rows.target,
    classWeights: effectiveClassWeights(dataset, train.classWeights, TASK_CLASSES[task].length),
    effectiveRows: effectiveRows(dataset, deciding),
    wanted: decision,
    breakEven,
  });
}
