import assert from 'node:assert/strict';
import test from 'node:test';
import type { Candles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { windowTable } from '../../features/window.ts';
import { featureColumns, warmUpOf } from '../../inference/answer-bars.ts';
import { checkModel, type Trial } from '../../inference/checks/index.ts';
import type { ServingModel } from '../../inference/serving-model.ts';
import type { ModelSession } from '../../models/onnx/session.ts';
import { BARS, metaOf } from './fixtures.ts';

type Run = ModelSession['run'];

/** Says LONG the surer the higher the first feature is; a missing one counts as 50. */
const sound: Run = async (x, batch) => {
  if (!(batch > 0) || x.length !== batch * WIDTH)
    throw new AlphaloomError('SCHEMA_MISMATCH', 'Not so many values.');
  const answers = new Float32Array(3 * batch);
  for (let row = 0; row < batch; row++) {
    const value = x[row * WIDTH];
    const long = 1 / (1 + Math.exp(Number.isNaN(value) ? 0 : (50 - value) / 10));
    answers.set([1 - long, 0, long], 3 * row);
  }
  return answers;
};

const META = metaOf('checked');
const WIDTH = META.featureNames.length;

function modelOf(run: Run): ServingModel {
  return {
    version: { version: 1 },
    meta: META,
    session: { info: { task: 'direction3' }, run, dispose: async () => {} },
    features: META.featureNames.map(CATALOG.find),
  } as unknown as ServingModel;
}

/** The outcome of every check of a model that answers by `run`. */
async function outcomes(run: Run, changes: Partial<Trial> = {}) {
  const model = modelOf(run);
  const last = Int32Array.of(BARS.openTime.length - 1);
  const { values } = windowTable(featureColumns(model, BARS), last, META.steps);
  let time = 0;
  const checks = await checkModel({
    ...{ model, again: model, bars: BARS, newest: 60, servedWindow: values.slice() },
    monotonicMs: () => (time += 0.1),
    ...changes,
  });
  return new Map(checks.map(({ check, outcome, problem }) => [check, problem ?? outcome]));
}

function failed(found: Map<string, string>): string[] {
  return [...found].filter(([, outcome]) => outcome !== 'pass').map(([check]) => check);
}

test('a sound model passes every check', async () => {
  assert.deepEqual(failed(await outcomes(sound)), []);
});

test('bars whose inputs are missing are not asked about; nonsense on others is the one check that fails', async () => {
  const fragile: Run = async (x, batch) => {
    if (x.some(Number.isNaN)) throw new AlphaloomError('PREDICTION_INVALID', 'NaN');
    return await sound(x, batch);
  };
  // A ratio to the mean of twenty bars without volume is not known.
  const back = (bar: number) => BARS.volume.length - bar;
  const volume = BARS.volume.map((value, bar) => (back(bar) > 25 && back(bar) <= 55 ? 0 : value));
  assert.deepEqual(failed(await outcomes(fragile, { bars: { ...BARS, volume } })), ['missing values']);
  const senseless: Run = async () => {
    throw new AlphaloomError('PREDICTION_INVALID', 'no probabilities');
  };
  const found = await outcomes(senseless);
  assert.deepEqual([...found], [['answers', 'PREDICTION_INVALID: no probabilities']]);
});

test('a model that sees its neighbours in the batch is caught', async () => {
  const seesBatch: Run = async (x, batch) => {
    const answers = await sound(x, batch);
    return batch > 1 ? answers.map(value => value * (1 - 1e-6)) : answers;
  };
  const found = await outcomes(seesBatch);
  assert.match(found.get('batch invariance')!, /^60 of 60 rows are answered otherwise in a batch/);
});

test('a model that answers otherwise the second time is caught', async () => {
  let runs = 0;
  const drifts: Run = async (x, batch) => (await sound(x, batch)).map(value => value * (1 - ++runs * 1e-9));
  const found = await outcomes(drifts);
  assert.notEqual(found.get('determinism'), 'pass');
});

test('requests that get one another’s answers are caught', async () => {
  let underWay = 0;
  const mixesUp: Run = async (x, batch) => {
    underWay++;
    await new Promise(resolve => setImmediate(resolve));
    const isAlone = underWay === 1;
    underWay--;
    return await sound(isAlone || batch > 1 ? x : x.map(value => value + 1), batch);
  };
  assert.deepEqual(failed(await outcomes(mixesUp)), ['concurrent requests']);
});

test('a model that a missing or extreme value breaks is caught', async () => {
  const fragile: Run = async (x, batch) => {
    const answers = await sound(x, batch);
    if (x.every(value => Math.abs(value) < 1e6)) return answers;
    throw new AlphaloomError('PREDICTION_INVALID', 'NaN');
  };
  const found = await outcomes(fragile);
  assert.deepEqual(failed(found), ['missing values', 'extremes']);
  assert.match(found.get('missing values')!, /4 of 4 rows got no sound answer/);
});

test('a crash at a limit, and inputs that are not refused, are caught', async () => {
  const careless: Run = async (x, batch) => {
    if (x.includes(Number.POSITIVE_INFINITY)) throw new RangeError('out of range');
    return await sound(
      x.length === WIDTH ? x : new Float32Array(WIDTH * Math.max(1, batch || 1)),
      Math.max(1, batch || 1),
    );
  };
  const found = await outcomes(careless);
  assert.notEqual(found.get('float limits'), 'pass');
  assert.match(found.get('malformed input')!, /of 8 inputs of a wrong shape were not refused/);
});

test('a model that always says the same, or takes too long, is caught', async () => {
  const constant: Run = async (x, batch) => {
    await sound(x, batch);
    return Float32Array.from({ length: 3 * batch }, (_, at) => Number(at % 3 === 1));
  };
  let time = 0;
  const found = await outcomes(constant, { monotonicMs: () => (time += 1_000) });
  assert.match(found.get('answers')!, /It answers NO_TRADE on all 60 bars/);
  assert.match(found.get('latency')!, /It takes 1000 ms/);
});

test('a recipe that bounds how often it acts has that checked too', async () => {
  const { gate } = META.recipe;
  const asked = { ...gate, rules: { 'approval-rate': 'required' as const }, approvalRate: [0.1, 0.3] };
  const meta = { ...META, recipe: { ...META.recipe, gate: asked } } as typeof META;
  const model = { ...modelOf(sound), meta };
  const found = await outcomes(sound, { model, again: model });
  assert.match(found.get('answers')!, /It acts on 1 of the bars; 0.1 to 0.3 are asked/);
});

test('features that serving computes otherwise are caught', async () => {
  const servedWindow = Float32Array.of(50, 0, 1);
  const found = await outcomes(sound, { servedWindow });
  assert.match(found.get('served as judged')!, /values differ/);
});

test('a series that is too short to answer once is refused by name', async () => {
  const few: Candles = Object.fromEntries(
    Object.entries(BARS).map(([name, column]) => [name, column.slice(0, 5)]),
  ) as never;
  const needed = warmUpOf(modelOf(sound)) + 1;
  await assert.rejects(outcomes(sound, { bars: few }), {
    code: 'CANDLES_TOO_FEW',
    message: new RegExp(`needs ${needed} to`),
  });
});
