import { AlphaloomError } from '../contracts/errors.ts';
import type { Explanation } from '../contracts/explanation.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import type { WindowTable } from '../features/window.ts';
import { ageBands } from '../models/explain/cell-groups.ts';
import { explainedScoreOf } from '../models/explain/explained-scores.ts';
import { explainerOf } from '../models/explain/explainer.ts';
import { readModelBytes } from '../models/onnx/reader.ts';
import type { ModelAnswer } from './prediction-json.ts';

const MOST_SEGMENTS = 256;

/**
 * What each feature did to the answer: to the log odds of the class that was decided, or to the expected return. The
 * package alone is asked.
 * @throws AlphaloomError MODEL_UNSUPPORTED where the package does not say what is typical
 */
export async function explainAnswer({ model, window, answered, decided }: ModelAnswer): Promise<Explanation> {
  const { meta, evidence, session, modelPath } = model;
  const { task, steps, featureNames } = meta;
  const width = featureNames.length;
  const usual = evidence.attributions?.baseline ?? featureNames.map(() => null);
  const bytes = await readModelBytes(modelPath, { maxBytes: session.info.bytes });
  const explainer = explainerOf(bytes, session, usual, MOST_SEGMENTS);
  if (explainer.method === 'integrated-gradients') requireTypical(evidence.attributions?.baseline);
  const { features, bands, base, answer, gap } = await explainer.explain(tableOf(window, steps));
  const output = task === 'return' ? 0 : answered;
  const lastStep = (steps - 1) * width;
  const moves = featureNames.map((feature, at) => ({
    feature,
    value: orNull(window[lastStep + at]),
    usual: usual[at],
    contribution: features[output * width + at],
  }));
  return {
    method: explainer.method,
    score: explainedScoreOf(task),
    direction: TASK_CLASSES.direction3[decided],
    base: base[output],
    answer: answer[output],
    gap: gap[0],
    features: moves.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    bars: bands && byAge(bands, output, steps),
  };
}

function requireTypical(baseline: readonly unknown[] | undefined): void {
  if (baseline) return;
  throw new AlphaloomError(
    'MODEL_UNSUPPORTED',
    'Its package does not say what its features usually are, as those made before answers were explained. Train again.',
  );
}

function tableOf(window: Float32Array, steps: number): WindowTable {
  const values = new Float32Array(new SharedArrayBuffer(window.byteLength));
  values.set(window);
  return { values, ends: Int32Array.of(steps - 1), steps, features: window.length / steps };
}

function byAge(bands: Float64Array, output: number, steps: number): Explanation['bars'] {
  const ages = ageBands(steps);
  const own = bands.subarray(output * ages.length, (output + 1) * ages.length);
  const total = own.reduce((sum, value) => sum + Math.abs(value), 0);
  return ages.map((age, at) => ({
    ...age,
    contribution: own[at],
    share: total > 0 ? Math.abs(own[at]) / total : 0,
  }));
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
