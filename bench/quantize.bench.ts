// The variants of a two-branch CNN-LSTM of 690k parameters beside its float model: size, time to load, time to answer.
import { LIKELIEST } from '../contracts/decision.ts';
import { encodeModel } from '../models/onnx/schema.ts';
import { quantizeModel } from '../models/quantize/quantize-model.ts';
import { report } from './measure.ts';
import { FEATURES, STEPS, twoBranchNet } from './two-branch-net.ts';

const ROWS = 500;
const random = uniform(1);
const values = new Float32Array(new SharedArrayBuffer(4 * ROWS * STEPS * FEATURES));
for (let at = 0; at < values.length; at++) values[at] = 2 * (random() + random() + random()) - 3;
const windows = {
  values,
  ends: Int32Array.from({ length: ROWS }, (_, row) => (row + 1) * STEPS - 1),
  ...{ steps: STEPS, features: FEATURES },
};

const { variants } = await quantizeModel({
  model: encodeModel(twoBranchNet(random)),
  ...{ calibration: windows, validation: windows, decision: LIKELIEST },
  tolerance: { minAgreement: 0.9, maxProbabilityDifference: 0.02, maxLatencyMs: 50 },
  monotonicMs: () => performance.now(),
});
const float = variants[0].measures!;
const rows = variants.slice(1).flatMap(({ variant, chosen, measures }) => {
  if (!measures) return [];
  const row = (work: string, ours: number, reference: number, unit: string, most: number | null) => ({
    work: `${variant}${chosen ? ' (chosen)' : ''}: ${work}`,
    ...{ ours, reference, reference_name: 'the float model', unit },
    ratio: ours / reference,
    target: most === null ? 'none' : `<= ${most.toFixed(2)} x`,
    holds: most === null || ours / reference <= most,
  });
  // What is chosen must be three times smaller and as fast at one row; a tenth is what times differ by from run to run.
  return [
    row('size', measures.bytes, float.bytes, 'bytes', chosen ? 1 / 3 : null),
    row('one row, fastest', measures.fastestMs1, float.fastestMs1, 'ms', chosen ? 1.1 : null),
    row('one row, median', measures.latencyMs1, float.latencyMs1, 'ms', null),
    row('34 rows, as served', measures.latencyMs34, float.latencyMs34, 'ms', null),
    row('loading', measures.loadMs, float.loadMs, 'ms', null),
  ];
});
report('quantize', rows);

/** A linear congruential generator. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
