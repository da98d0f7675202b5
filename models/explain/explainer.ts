import { decodeModel } from '../onnx/schema.ts';
import type { ModelSession } from '../onnx/session.ts';
import { readTrees } from '../trees/onnx-trees.ts';
import type { Explainer } from './contributions.ts';
import { pathExplainer } from './path-explainer.ts';
import { treeExplainer } from './tree-explainer.ts';

/**
 * Takes the answers of a served model apart, from its file alone: trees by TreeSHAP, anything else by integrated gradients.
 * @param model bytes of the file that the session runs
 * @param baseline means of the training rows, null where there are none
 * @param mostSegments parts into which a path is cut at most until contributions add up
 */
export function explainerOf(
  model: Uint8Array,
  session: ModelSession,
  baseline: readonly (number | null)[],
  mostSegments: number,
): Explainer {
  const { steps, featureNames } = session.info;
  const trees = steps === 1 ? readTrees(decodeModel(model).graph!, featureNames.length) : null;
  return trees ? treeExplainer(trees, session) : pathExplainer(session, baseline, mostSegments);
}
