import { copyWindows, type WindowTable } from '../../features/window.ts';
import { runRows } from '../onnx/row-chunks.ts';
import type { ModelSession } from '../onnx/session.ts';
import { ageBands, cellsOfBands, cellsOfFeatures } from './cell-groups.ts';
import type { Contributions, Explainer } from './contributions.ts';
import { explainedScores } from './explained-scores.ts';
import { gapsOf } from './gap.ts';
import {
  integratedGradients,
  type Path,
  type PathContributions,
  type Score,
} from './integrated-gradients.ts';

/** Parts of the path: doubled until contributions add up, or there are as many as may be. */
const FIRST_SEGMENTS = 16;
const TOLERATED_GAP = 0.01;

/** Integrated gradients of any served model, from training means, window after window. */
export function pathExplainer(
  session: ModelSession,
  baseline: readonly (number | null)[],
  mostSegments: number,
): Explainer {
  const { steps, featureNames, task } = session.info;
  const features = featureNames.length;
  const width = steps * features;
  const bands = steps === 1 ? [] : ageBands(steps);
  const groups = [...cellsOfFeatures(steps, features), ...cellsOfBands(bands, steps, features)];
  const typical = Float32Array.from({ length: width }, (_, cell) => baseline[cell % features] ?? Number.NaN);
  const score: Score = async (x, rows) =>
    explainedScores(task, await runRows(session, tableOf(x, rows, steps, features)));

  const explainWindow = async (window: Float32Array): Promise<Contributions> => {
    const path: Path = { window, baseline: typical, groups };
    for (let segments = FIRST_SEGMENTS; ; segments *= 2) {
      const found = byPartition(await integratedGradients(score, path, segments), features, groups.length);
      const gap = gapsOf({ ...found, rows: 1 });
      if (gap[0] <= TOLERATED_GAP || segments >= mostSegments) {
        return { ...found, bands: bands.length > 0 ? found.bands : null, gap };
      }
    }
  };

  return {
    method: 'integrated-gradients',
    async explain(windows) {
      const explained: Contributions[] = [];
      for (let row = 0; row < windows.ends.length; row += 1) {
        const window = new Float32Array(width);
        copyWindows(windows, row, row + 1, window);
        explained.push(await explainWindow(window));
      }
      return joined(explained);
    },
  };
}

function tableOf(x: Float32Array, rows: number, steps: number, features: number): WindowTable {
  const values = new Float32Array(new SharedArrayBuffer(x.byteLength));
  values.set(x);
  return {
    values,
    ends: Int32Array.from({ length: rows }, (_, row) => (row + 1) * steps - 1),
    steps,
    features,
  };
}

/** Contributions of features stand before those of bands. */
function byPartition({ values, base, answer }: PathContributions, features: number, groups: number) {
  const outputs = base.length;
  const part = (from: number, to: number): Float64Array => {
    const own = new Float64Array(outputs * (to - from));
    for (let k = 0; k < outputs; k += 1)
      own.set(values.subarray(k * groups + from, k * groups + to), k * (to - from));
    return own;
  };
  return { features: part(0, features), bands: part(features, groups), base, answer };
}

function joined(windows: readonly Contributions[]): Contributions {
  const all = (name: 'features' | 'base' | 'answer' | 'gap'): Float64Array =>
    Float64Array.from(windows.flatMap(window => [...window[name]]));
  const hasBands = windows.every(({ bands }) => bands !== null);
  return {
    features: all('features'),
    bands: hasBands ? Float64Array.from(windows.flatMap(window => [...window.bands!])) : null,
    base: all('base'),
    answer: all('answer'),
    gap: all('gap'),
  };
}
