import assert from 'node:assert/strict';
import test from 'node:test';
import { renderPrediction } from '../../cli/predict.ts';
import { sliceCandles } from '../../contracts/candles.ts';
import { BARS, BTC, openServing } from '../inference/fixtures.ts';

test('people are told which rule answered in the model’s place, why, and that it is not to be traded', async t => {
  const { predictor } = await openServing(t);
  const text = renderPrediction(await predictor.predictOn(BTC, BARS));
  assert.match(text, /^by PROFESSIONAL_ANALYZER, a rule in the model’s place: not tradable/m);
  assert.match(text, /^because CHAMPION_NONE: no version serves this series yet$/m);
});

test('where nobody can answer people are told what kept each level from it', async t => {
  const { predictor } = await openServing(t);
  const text = renderPrediction(await predictor.predictOn(BTC, sliceCandles(BARS, 0, 10)));
  assert.match(text, /^by HOLD: nobody could answer$/m);
  assert.equal(text.match(/^because [A-Z_]+: CANDLES_TOO_FEW/gm)?.length, 3);
});

test('a champion’s answer is told as before: its version, and whether it may trade', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const text = renderPrediction(await serving.predictor.predictOn(BTC, BARS));
  assert.match(text, /^by ML_PER_COIN_V1 v1, tradable$/m);
});
