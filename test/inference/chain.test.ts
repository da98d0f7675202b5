import assert from 'node:assert/strict';
import test from 'node:test';
import { sliceCandles } from '../../contracts/candles.ts';
import { PREDICTION_SOURCES } from '../../contracts/prediction.ts';
import { askChain, CHAIN } from '../../inference/chain.ts';
import type { ModelAnswer, Moment } from '../../inference/prediction-json.ts';
import { RULES } from '../../inference/rules/index.ts';
import { BARS, BTC, openServing } from './fixtures.ts';

test('the chain’s levels are the sources of the contract, in their order', () => {
  assert.deepEqual(
    CHAIN.map(({ source }) => source),
    [...PREDICTION_SOURCES],
  );
});

test('where a model answers no rule is computed', async () => {
  const view = {
    newest: () => assert.fail('a rule was asked'),
  };
  const answered = await askChain({
    moment: { reasons: [], view } as unknown as Moment,
    askModels: async () => ({}) as ModelAnswer,
    modelled: () => 'the model’s',
    unmodelled: () => assert.fail('a rule answered'),
  });
  assert.equal(answered, 'the model’s');
});

test('each level that can’t answer leaves its reason, and the word to the next', async t => {
  const { predictor } = await openServing(t);
  const ask = async (bars: number) => await predictor.predictOn(BTC, sliceCandles(BARS, 0, bars));
  const failing = ['CHAMPION_NONE: no version serves this series yet'];
  for (const { source, bars } of RULES) {
    const prediction = await ask(bars);
    assert.equal(prediction.source, source);
    assert.deepEqual(prediction.reasons, tooFew(failing, bars));
    failing.push(source);
    assert.notEqual((await ask(bars - 1)).source, source);
  }
  const last = await ask(20);
  assert.equal(last.source, 'HOLD');
  assert.deepEqual(last.reasons, tooFew(failing, 20));
});

/** The reasons of levels of which none has enough of the bars. */
function tooFew([first, ...sources]: readonly string[], bars: number): string[] {
  const needed = new Map<string, number>(RULES.map(rule => [rule.source, rule.bars]));
  return [
    first,
    ...sources.map(
      source => `${source}: CANDLES_TOO_FEW: it looks at ${needed.get(source)} bars, there are ${bars}`,
    ),
  ];
}

test('what a level throws that it should not is its reason too, and nobody’s end', async t => {
  const serving = await openServing(t, {
    disguise: model => ({ ...model, meta: { ...model.meta, recipe: undefined as never } }),
  });
  await serving.promote(await serving.add());
  const { source, reasons } = await serving.predictor.predict(BTC);
  assert.equal(source, 'PROFESSIONAL_ANALYZER');
  assert.match(reasons.join(), /^v1: INTERNAL: TypeError/);
});

test('a registry that fails leaves the word to the rules', async t => {
  const serving = await openServing(t);
  serving.registry.close();
  const { source, reasons } = await serving.predictor.predict(BTC);
  assert.equal(source, 'PROFESSIONAL_ANALYZER');
  assert.match(reasons.join(), /^ML_PER_COIN_V1: /);
});

test('a rule’s levels stand on the side its score leans to, at two ATR', async t => {
  const { predictor } = await openServing(t);
  for (let bars = 400; bars <= 3_000; bars += 200) {
    const prediction = await predictor.predictOn(BTC, sliceCandles(BARS, 0, bars));
    const { probabilities, levels_side, entry, stop_loss, take_profits } = prediction;
    assert.equal(levels_side, probabilities.LONG >= probabilities.SHORT ? 'LONG' : 'SHORT');
    assert.ok(Math.abs(Math.abs(take_profits.tp2 - entry) - Math.abs(stop_loss - entry)) < 1e-9);
  }
});
