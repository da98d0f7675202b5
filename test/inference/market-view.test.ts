import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Candles, type MarketBars, sliceBars, sliceCandles } from '../../contracts/candles.ts';
import { VOLATILITIES } from '../../contracts/labels.ts';
import { volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { computeFeatures } from '../../features/batch.ts';
import { fillMissing } from '../../features/window.ts';
import { SeriesView, type ViewingModel } from '../../inference/market-view.ts';
import { candlesFromCloses } from '../support/candles.ts';
import { definitionsOf } from '../support/features.ts';
import { BARS, BTC, metaOf } from './fixtures.ts';

function modelOf(...args: Parameters<typeof metaOf>): ViewingModel {
  const meta = metaOf(...args);
  return { meta, features: definitionsOf(meta.featureNames) };
}

/** A view of bars that are all there at once. */
function viewMarket(bars: MarketBars): SeriesView {
  return new SeriesView(BTC, bars, readerOf(bars));
}

function readerOf(bars: MarketBars) {
  return async (from: number, through: number) => {
    const at = (time: number) => bars.openTime.filter(open => open < time).length;
    return sliceBars(bars, at(from), at(through + 1));
  };
}

/** The golden bars without volume at the end: volume / mean volume can't be computed there. */
function withoutVolume(bars: number): Candles {
  const volume = BARS.volume.slice();
  volume.fill(0, volume.length - bars);
  return { ...BARS, volume };
}

test('a view tells the last bar’s open time, close and ATR14', () => {
  const view = viewMarket(BARS);
  assert.equal(view.barTime, BARS.openTime.at(-1));
  assert.equal(view.close, BARS.close.at(-1));
  assert.equal(view.volatility('atr14'), volatilityPerBar(BARS, 'atr14').at(-1));
});

test('every volatility that barriers may be counted in is that of the labels', () => {
  const view = viewMarket(BARS);
  for (const name of VOLATILITIES) assert.equal(view.volatility(name), volatilityPerBar(BARS, name).at(-1));
});

test('with fewer than 15 bars the range is the mean of those that are there: always a number', () => {
  for (let bars = 1; bars <= 15; bars++) {
    const range = viewMarket(sliceCandles(BARS, 0, bars)).volatility('atr14');
    assert.ok(Number.isFinite(range) && range > 0, `${bars} bars`);
  }
  assert.equal(viewMarket(candlesFromCloses([10], 1)).volatility('atr14'), 2);
  assert.equal(viewMarket(candlesFromCloses([10, 12], 1)).volatility('atr14'), 3);
});

test('without bars there is nothing to see', () => {
  assert.throws(() => viewMarket(sliceCandles(BARS, 0, 0)), { code: 'CANDLES_NOT_FOUND' });
});

test('a row holds the model’s features in the model’s order', async () => {
  const view = viewMarket(BARS);
  const one = await view.window(modelOf('one', { featureNames: ['rsi_14', 'roc_10'] }));
  const other = await view.window(modelOf('other', { featureNames: ['roc_10', 'rsi_14'] }));
  assert.deepEqual([...other], [...one].reverse());
});

test('a row is computed once per package', async () => {
  const view = viewMarket(BARS);
  assert.equal(await view.window(modelOf('one')), await view.window(modelOf('one')));
});

test('a package that fills gaps and one of the same features that does not see different rows', async () => {
  const candles = withoutVolume(22);
  const mayMiss = { missingInTraining: ['volume_ratio_20'] };
  const view = viewMarket(candles);
  const filled = await view.window(modelOf('filling', { ...mayMiss, maxFillBars: 5 }));
  const bare = await view.window(modelOf('bare', { ...mayMiss, maxFillBars: 1 }));
  assert.ok(!Number.isNaN(filled[2]));
  assert.ok(Number.isNaN(bare[2]));
  assert.deepEqual(filled.slice(0, 2), bare.slice(0, 2));
});

test('a feature that is missing now and never was in training is refused, also after a package that may miss it', async () => {
  const view = viewMarket(withoutVolume(30));
  assert.ok(
    Number.isNaN((await view.window(modelOf('tolerant', { missingInTraining: ['volume_ratio_20'] })))[2]),
  );
  await assert.rejects(view.window(modelOf('strict')), {
    code: 'PREDICTION_INVALID',
    message: /^volume_ratio_20 can’t be computed/,
    details: { missing: ['volume_ratio_20'] },
  });
});

test('however bars arrive, a row is bit for bit that of the whole history', async () => {
  const bars = sliceCandles(withoutVolume(6), 0, BARS.close.length);
  const model = modelOf('steps', { maxFillBars: 2, missingInTraining: ['volume_ratio_20'] });
  const { columns } = computeFeatures(bars, model.features, BTC.timeframe, 'float32');
  fillMissing(columns, 2, 0);
  const property = fc.asyncProperty(
    fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }),
    async steps => {
      const view = new SeriesView(BTC, sliceCandles(bars, 0, 400), readerOf(bars));
      let seen = 400;
      for (const step of steps) {
        const next = Math.min(seen + step, bars.close.length);
        view.advance(sliceCandles(bars, seen, next));
        seen = next;
        const expected = Float32Array.from(columns.values(), column => column[seen - 1]);
        assert.deepEqual(await view.window(model), expected);
      }
    },
  );
  await fc.assert(property, { numRuns: 20 });
});
