import type { Recipe } from '../../../contracts/recipe.ts';
import { answerWidth, type Task } from '../../../contracts/tasks.ts';
import { dense, preprocess } from '../layers/index.ts';
import type { Net } from '../net.ts';
import type { FeatureStatistics } from '../training/feature-statistics.ts';
import type { NetKind } from './net-kind.ts';

/** What a net is beside its weights: recipe and what was learnt of the training rows before its first step. */
export interface NetModel {
  readonly estimator: string;
  readonly task: Task;
  readonly classes: readonly string[];
  readonly featureNames: readonly string[];
  readonly steps: number;
  readonly params: Recipe['train']['params'];
  readonly preprocessing: FeatureStatistics;
  /** Deviation of the training rows' target; 1 in a task with classes. */
  readonly targetDeviation: number;
}

/** Preprocessing, the architecture, and the scores. */
export function netOf(kind: NetKind, model: NetModel): Net {
  const clip = kind.parse(model.params).input_clip;
  return (net, { window }) => {
    const prepared = preprocess(net, window, { ...model.preprocessing, clip });
    const hidden = kind.hidden(net, prepared, model.params);
    const scores = dense(net, 'head', hidden, { units: answerWidth(model.task) });
    // Trained on targets of deviation 1, so that a learning rate means the same for every market; answered in their own unit.
    const isScaled = model.task === 'return' && net.purpose !== 'training';
    return isScaled ? net.ops.affine(scores, { factor: model.targetDeviation, shift: 0 }) : scores;
  };
}

export function inputsOf({ steps, featureNames }: NetModel): Record<string, readonly number[]> {
  return { window: [steps, featureNames.length] };
}
