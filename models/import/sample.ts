import { z } from 'zod';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { WindowTable } from '../../features/window.ts';
import { calibrate, noCalibration } from '../decision/calibration.ts';
import type { ForeignModel } from './foreign-model.ts';
import { featureOrder } from './imported-graph.ts';

/** JSON has no NaN: a missing value is null. */
const value = z.number().nullable();
const sampleSchema = z.strictObject({
  /** Windows `[rows][steps][features]`, or rows `[rows][features]`. */
  x: z
    .array(z.union([z.array(value), z.array(z.array(value))]))
    .min(1)
    .max(100_000),
  /** What its maker got for each, in the columns of the file's own output. */
  expected: z.array(z.union([z.array(z.number()), z.number()])).min(1),
});

/** Rows with what a model's maker got for them. */
export type Sample = z.infer<typeof sampleSchema>;

/** @throws AlphaloomError SAMPLE_INVALID */
export function parseSample(document: unknown, origin: string): Sample {
  const result = sampleSchema.safeParse(document);
  if (!result.success) {
    const [{ path, message }] = result.error.issues;
    throw invalidSample(origin, `${path.join('.') || 'it'}: ${message}`);
  }
  const { x, expected } = result.data;
  if (x.length !== expected.length)
    throw invalidSample(origin, `x has ${x.length} rows and expected ${expected.length}`);
  return result.data;
}

/** A sample as windows of the recipe's features, and answers of the task's classes. */
export interface ReadSample {
  readonly windows: WindowTable;
  /** Probabilities `[rows, classes]`, or returns `[rows]`. */
  readonly expected: Float64Array;
}

/**
 * @param featureNames of the dataset: the sample's are the file's own, put in that order
 * @throws AlphaloomError SAMPLE_INVALID
 */
export function readSample(
  { x, expected }: Sample,
  foreign: ForeignModel,
  featureNames: readonly string[],
): ReadSample {
  const { steps, features } = foreign;
  const own = x.map(row => row.flat());
  const odd = own.find(row => row.length !== steps * features);
  if (odd)
    throw invalidSample(
      'The sample',
      `a row of x has ${odd.length} values instead of ${steps} × ${features}`,
    );
  const order = featureOrder(foreign, featureNames);
  const width = featureNames.length;
  const values = new Float32Array(new SharedArrayBuffer(4 * own.length * steps * width)).fill(Number.NaN);
  for (const [row, numbers] of own.entries())
    for (const [at, number] of numbers.entries()) {
      const step = row * steps + Math.floor(at / features);
      values[step * width + order[at % features]] = number ?? Number.NaN;
    }
  const ends = Int32Array.from(own, (_, row) => (row + 1) * steps - 1);
  return { windows: { values, ends, steps, features: width }, expected: answersOf(expected, foreign) };
}

function answersOf(expected: Sample['expected'], { answers, columns }: ForeignModel): Float64Array {
  const rows = expected.map(row => (typeof row === 'number' ? [row] : row));
  const width = answers === 'returns' ? 1 : columns.length;
  const odd = rows.find(row => row.length !== width);
  if (odd)
    throw invalidSample('The sample', `a row of expected has ${odd.length} values instead of ${width}`);
  if (answers === 'returns') return Float64Array.from(rows.flat());
  const ordered = Float64Array.from(rows.flatMap(row => columns.map(column => row[column])));
  return answers === 'logits' ? calibrate(ordered, noCalibration(width)) : ordered;
}

function invalidSample(origin: string, what: string): AlphaloomError {
  return new AlphaloomError(
    'SAMPLE_INVALID',
    `${origin}: ${what}. Expected {"x": [[…]], "expected": [[…]]}: windows of the model’s own input, and its maker’s answers.`,
    { origin },
  );
}
