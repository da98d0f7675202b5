import { copyWindows } from '../../features/window.ts';
import { runRows } from '../onnx/row-chunks.ts';
import type { ModelSession } from '../onnx/session.ts';
import type { ServedTrees } from '../trees/onnx-trees.ts';
import { treeContributions } from '../trees/tree-shap.ts';
import type { Explainer } from './contributions.ts';
import { againstOthers, explainedScores } from './explained-scores.ts';
import { gapsOf } from './gap.ts';

/**
 * SHAP values of trees, exactly. What is typical are the training rows as they went through the trees; calibration divides
 * raw scores, and so contributions, by its temperature.
 */
export function treeExplainer(trees: ServedTrees, session: ModelSession): Explainer {
  const { model } = trees;
  const { features, outputs } = model;
  const { task } = session.info;
  return {
    method: 'tree-shap',
    async explain(windows) {
      const rows = windows.ends.length;
      const x = new Float32Array(rows * features);
      copyWindows(windows, 0, rows, x);
      const raw = treeContributions(model, x, rows);
      calibrateMeans(raw, trees);
      if (task !== 'return') againstOthers(raw, outputs, features + 1);
      const parts = {
        features: new Float64Array(rows * outputs * features),
        base: new Float64Array(rows * outputs),
        answer: explainedScores(task, await runRows(session, windows)),
      };
      for (let at = 0; at < rows * outputs; at += 1) {
        const from = at * (features + 1);
        parts.features.set(raw.subarray(from, from + features), at * features);
        parts.base[at] = raw[from + features];
      }
      return { ...parts, bands: null, gap: gapsOf({ ...parts, rows }) };
    },
  };
}

/** As the head does: log weights come off the mean, then everything is divided by the temperature. */
function calibrateMeans(raw: Float64Array, { model, logWeights, inverseTemperature }: ServedTrees): void {
  const width = model.features + 1;
  for (let at = 0; at < raw.length; at += 1) {
    const output = Math.floor(at / width) % model.outputs;
    if (at % width === model.features) raw[at] -= logWeights[output];
    raw[at] *= inverseTemperature;
  }
}
