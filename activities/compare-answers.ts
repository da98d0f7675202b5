import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import { type DecisionRule, decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import type { PackageMeta } from '../contracts/package.ts';
import type { Reproduction } from '../contracts/reproduction.ts';
import { blockRows } from '../datasets/block-rows.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { decisionOf } from '../inference/package.ts';
import { runRows } from '../models/onnx/row-chunks.ts';
import { type ModelSession, openSession } from '../models/onnx/session.ts';
import { DATASET_FILE } from './label-dataset.ts';
import { MODEL_FILE, type ModelFacts } from './quantize-model.ts';

/** How a model that was made again answers the test block's rows, beside the one that there was; null where they take other rows. */
export async function compareAnswers(
  artifacts: ArtifactStore,
  dataset: ArtifactRef,
  model: ArtifactRef,
  original: { readonly meta: PackageMeta; readonly modelPath: string },
): Promise<Reproduction['answers']> {
  const { meta, modelPath } = original;
  const whole = await readDataset((await artifacts.load(dataset)).path(DATASET_FILE));
  const made = await artifacts.load<ModelFacts>(model);
  const sessions: ModelSession[] = [];
  try {
    sessions.push(await openSession(modelPath), await openSession(made.path(MODEL_FILE)));
    const [then, now] = sessions;
    const isSameRow = ({ info: { featureNames, steps } }: ModelSession) =>
      `${steps} ${featureNames}` === `${meta.steps} ${meta.featureNames}`;
    if (!sessions.every(isSameRow)) return null;
    const { windows, rows } = blockRows(whole, 'test', meta.steps);
    const answers = [await runRows(then, windows), await runRows(now, windows)] as const;
    let maxDifference = 0;
    for (const [at, value] of answers[0].entries())
      maxDifference = Math.max(maxDifference, Math.abs(value - answers[1][at]));
    const decide = (values: Float32Array, rule: DecisionRule) =>
      decideClasses(meta.task, decidedProbabilities(meta.task, values, rule), rule);
    const [before, after] = [decide(answers[0], decisionOf(meta)), decide(answers[1], made.result.decision)];
    const otherDecisions = before.reduce((sum, decided, row) => sum + Number(decided !== after[row]), 0);
    return { rows, maxDifference, otherDecisions };
  } finally {
    await Promise.all(sessions.map(session => session.dispose()));
  }
}
