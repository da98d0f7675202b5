import assert from 'node:assert/strict';
import test from 'node:test';
import { PREDICTION_DEADLINE_MS } from '../../contracts/prediction.ts';
import type { ServingModel } from '../../inference/serving-model.ts';
import { eventually } from '../support/eventually.ts';
import { BARS, BTC, openServing, type Serving } from './fixtures.ts';

const monotonicMs = () => performance.now();
const SHORT = { deadlineMs: 20 };
const LONG = { deadlineMs: 60_000 };

/** A model that answers when it is let go; it counts how often it was asked. */
function hanging() {
  const gate = { isShut: false, asked: 0, open: () => {} };
  const waiting: (() => void)[] = [];
  gate.open = () => {
    gate.isShut = false;
    for (const go of waiting.splice(0)) go();
  };
  const disguise = (model: ServingModel): ServingModel => {
    const run: ServingModel['session']['run'] = async (...input) => {
      gate.asked++;
      if (gate.isShut) await new Promise<void>(resolve => waiting.push(resolve));
      return await model.session.run(...input);
    };
    return { ...model, session: { ...model.session, run } };
  };
  return { gate, disguise };
}

/** A model that holds the thread as a native call does. */
function blocking(ms: number) {
  const state = { isSlow: false };
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const disguise = (model: ServingModel): ServingModel => {
    const run: ServingModel['session']['run'] = async (...input) => {
      const answer = await model.session.run(...input);
      if (state.isSlow) Atomics.wait(cell, 0, 0, ms);
      return answer;
    };
    return { ...model, session: { ...model.session, run } };
  };
  return { state, disguise };
}

/** With a champion, whose package is open. */
async function serve(serving: Serving): Promise<Serving> {
  await serving.promote(await serving.add());
  await serving.predictor.predictOn(BTC, BARS, LONG);
  return serving;
}

/** What comes late may come now. */
async function answersAgain({ predictor }: Serving): Promise<void> {
  await eventually(
    'v1 answers',
    async () => (await predictor.predictOn(BTC, BARS, LONG)).model_version === 'v1',
  );
}

const LATE = 'v1: PREDICTION_TIMEOUT: it did not answer in time';

test('trading waits half a second for the whole chain, people five', () => {
  assert.deepEqual(PREDICTION_DEADLINE_MS, { trading: 500, interactive: 5_000 });
});

test('a model that hangs leaves the word to the rules, and its late answer is dropped', async t => {
  const { gate, disguise } = hanging();
  const serving = await serve(await openServing(t, { disguise, monotonicMs }));
  gate.isShut = true;
  const prediction = await serving.predictor.predictOn(BTC, BARS, SHORT);
  assert.deepEqual([prediction.source, prediction.reasons], ['PROFESSIONAL_ANALYZER', [LATE]]);
  const told = JSON.stringify(prediction);
  gate.open();
  await answersAgain(serving);
  assert.equal(JSON.stringify(prediction), told, 'what comes late changes nothing that was said');
});

test('while a model hangs nobody queues up behind it; its session answers once it is back', async t => {
  const { gate, disguise } = hanging();
  let opened = 0;
  const count = (model: ServingModel) => {
    opened++;
    return disguise(model);
  };
  const serving = await serve(await openServing(t, { disguise: count, monotonicMs }));
  gate.isShut = true;
  gate.asked = 0;
  await serving.predictor.predictOn(BTC, BARS, SHORT);
  for (let again = 0; again < 3; again++) {
    const { source, reasons } = await serving.predictor.predictOn(BTC, BARS, LONG);
    assert.equal(source, 'PROFESSIONAL_ANALYZER');
    assert.deepEqual(reasons, ['v1: PREDICTION_TIMEOUT: it is still at an earlier question']);
  }
  assert.equal(gate.asked, 1);
  gate.open();
  await answersAgain(serving);
  assert.equal(opened, 1);
});

test('an answer for which the thread was held too long is dropped though it came, and the session stays usable', async t => {
  const { state, disguise } = blocking(60);
  const serving = await serve(await openServing(t, { disguise, monotonicMs }));
  state.isSlow = true;
  const late = await serving.predictor.predictOn(BTC, BARS, SHORT);
  assert.deepEqual([late.source, late.reasons], ['PROFESSIONAL_ANALYZER', [LATE]]);
  state.isSlow = false;
  await answersAgain(serving);
});

test('a package that hangs while it is opened is late too, and serves once it is open', async t => {
  const { promise: opening, resolve: open } = Promise.withResolvers<void>();
  const serving = await openServing(t, { monotonicMs, beforeOpening: () => opening });
  await serving.promote(await serving.add());
  assert.deepEqual((await serving.predictor.predictOn(BTC, BARS, SHORT)).reasons, [LATE]);
  open();
  await answersAgain(serving);
});

test('a hang of one champion leaves nothing to the one before it, which is no better off', async t => {
  const { gate, disguise } = hanging();
  const serving = await openServing(t, { disguise, monotonicMs });
  await serve(serving);
  await serve(serving);
  gate.isShut = true;
  const { reasons } = await serving.predictor.predictOn(BTC, BARS, SHORT);
  assert.deepEqual(reasons, [LATE.replace('v1', 'v2')]);
});

test('bars that can’t be read in time are an error, and the next question waits for the reading', async t => {
  const { promise: reading, resolve: read } = Promise.withResolvers<void>();
  const serving = await serve(await openServing(t, { monotonicMs, beforeReading: () => reading }));
  await assert.rejects(serving.predictor.predict(BTC, SHORT), { code: 'PREDICTION_TIMEOUT' });
  const [batch] = await serving.predictor.predictAll([{ series: BTC }], SHORT);
  assert.equal(batch.ok || batch.error.code, 'PREDICTION_TIMEOUT');
  const next = serving.predictor.predict(BTC, LONG);
  read();
  assert.equal((await next).model_version, 'v1');
});

test('a version asked by name is late like any other, and nobody stands in for it', async t => {
  const { gate, disguise } = hanging();
  const serving = await openServing(t, { disguise, monotonicMs });
  const version = await serving.add();
  gate.isShut = true;
  await assert.rejects(serving.predictor.predictBy(BTC, version, SHORT), { code: 'PREDICTION_TIMEOUT' });
});
