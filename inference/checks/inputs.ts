import { AlphaloomError } from '../../contracts/errors.ts';
import { type Check, isSame, type Subject, widthOf, windowAt } from './check.ts';

/** So many times the largest value of a feature in the newest bars: no market goes there. */
const BEYOND = 1_000_000;
const LIMITS = [3.4e38, -3.4e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -0];

/** Every feature missing in turn, and all at once: an indicator's gap must not end the service. */
export const missing: Check = {
  name: 'missing values',
  must: () => 'every row is answered soundly, whatever feature is missing',
  run: subject =>
    askAll(
      subject,
      variantsOf(subject, () => [Number.NaN]),
      'all',
    ),
};

/** Every feature far outside anything seen, in turn and all at once. */
export const extremes: Check = {
  name: 'extremes',
  must: () =>
    `every row is answered soundly, a feature at ±${BEYOND.toLocaleString('en-GB')} times its largest value`,
  run: subject => {
    const largest = largestValues(subject);
    const variants = variantsOf(subject, feature => [largest[feature] * BEYOND, -largest[feature] * BEYOND]);
    return askAll(subject, variants, 'all');
  },
};

/** The edges of float32, which no formula gives. */
export const limits: Check = {
  name: 'float limits',
  must: () => 'a row of infinities or of float32’s limits is answered soundly or refused by name',
  run: subject =>
    askAll(
      subject,
      variantsOf(subject, () => LIMITS),
      'or refused',
    ),
};

/** Inputs that are no windows: each is refused by name, and the model answers afterwards as before. */
export const malformed: Check = {
  name: 'malformed input',
  must: () => 'every input of a wrong shape is refused by name, and the next right one is answered as before',
  async run(subject) {
    const { session } = subject.model;
    const width = widthOf(subject);
    const shapes: readonly (readonly [values: number, batch: number])[] = [
      [0, 1],
      [width - 1, 1],
      [width + 1, 1],
      [width, 2],
      [width, 0],
      [width, -1],
      [2 * width, 1],
      [width, Number.NaN],
    ];
    let refused = 0;
    for (const [values, batch] of shapes) {
      const code = await refusalOf(() => session.run(new Float32Array(values), batch));
      if (code === 'SCHEMA_MISMATCH') refused++;
    }
    const after = await session.run(windowAt(subject, subject.rows - 1), 1);
    const isUnchanged = isSame(after, subject.answers.subarray(-after.length));
    return {
      numbers: { inputs: shapes.length, refused },
      problem:
        refused < shapes.length
          ? `${shapes.length - refused} of ${shapes.length} inputs of a wrong shape were not refused.`
          : isUnchanged
            ? null
            : 'After the wrong inputs a right one is answered otherwise than before.',
    };
  },
};

/** The newest window with one feature replaced throughout, for each feature and value, and with all replaced. */
function variantsOf(subject: Subject, valuesOf: (feature: number) => readonly number[]): Float32Array[] {
  const { featureNames } = subject.model.meta;
  const typical = windowAt(subject, subject.rows - 1);
  const features = featureNames.length;
  const variants: Float32Array[] = [];
  for (let feature = 0; feature < features; feature++) {
    for (const value of valuesOf(feature)) {
      const window = typical.slice();
      for (let at = feature; at < window.length; at += features) window[at] = value;
      variants.push(window);
    }
  }
  for (const which of valuesOf(0).keys())
    variants.push(typical.map((_, at) => valuesOf(at % features)[which]));
  return variants;
}

/** Of each feature over the subject's windows; 1 where it never is anything else than 0 or missing. */
function largestValues({ model, windows }: Subject): Float64Array {
  const features = model.meta.featureNames.length;
  const largest = new Float64Array(features);
  for (const [at, value] of windows.entries()) {
    const size = Math.abs(value);
    if (size > largest[at % features]) largest[at % features] = size;
  }
  return largest.map(value => value || 1);
}

async function askAll({ model }: Subject, variants: readonly Float32Array[], which: 'all' | 'or refused') {
  let answered = 0;
  let refused = 0;
  for (const window of variants) {
    const code = await refusalOf(() => model.session.run(window, 1));
    if (code === null) answered++;
    else if (code === 'PREDICTION_INVALID') refused++;
  }
  const other = variants.length - answered - refused;
  const bad = which === 'all' ? variants.length - answered : other;
  return {
    numbers: { rows: variants.length, answered, refused },
    problem: bad === 0 ? null : `${bad} of ${variants.length} rows got no sound answer.`,
  };
}

/** The code that work was refused with; null where it was done. */
async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof AlphaloomError ? error.code : 'not named';
  }
}
