import assert from 'node:assert/strict';
import test from 'node:test';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { averageTrueRange } from '../../features/kernels/volatility.ts';
import { type ViewingModel, viewMarket } from '../../inference/market-view.ts';
import { candlesFromCloses } from '../support/candles.ts';
import { definitionsOf } from '../support/features.ts';
import { BARS, metaOf } from './fixtures.ts';

/** The golden bars without volume at the end: volume / mean volume can't be computed there. */
function withoutVolume(bars: number): Candles {
  const volume = BARS.volume.slice();
  volume.fill(0, volume.length - bars);
  return { ...BARS, volume };
}

function modelOf(...args: Parameters<typeof metaOf>): ViewingModel {
  const meta = metaOf(...args);
  return { meta, features: definitionsOf(meta.featureNames) };
}

test('a view tells the last bar’s open time, close and ATR14', () => {
  const view = viewMarket(BARS, '1h');
  assert.equal(view.barTime, BARS.openTime.at(-1));
  assert.equal(view.close, BARS.close.at(-1));
  assert.equal(view.atr, averageTrueRange(BARS, 14).at(-1));
});

test('with fewer than 15 bars the range is the mean of those that are there: always a number', () => {
  for (let bars = 1; bars <= 15; bars++) {
    const { atr } = viewMarket(sliceCandles(BARS, 0, bars), '1h');
    assert.ok(Number.isFinite(atr) && atr > 0, `${bars} bars`);
  }
  assert.equal(viewMarket(candlesFromCloses([10], 1), '1h').atr, 2);
  assert.equal(viewMarket(candlesFromCloses([10, 12], 1), '1h').atr, 3);
});

test('without bars there is nothing to see', () => {
  assert.throws(() => viewMarket(sliceCandles(BARS, 0, 0), '1h'), { code: 'CANDLES_NOT_FOUND' });
});

test('a row holds the model’s features in the model’s order', () => {
  const view = viewMarket(BARS, '1h');
  const one = view.row(modelOf('one', { featureNames: ['rsi_14', 'roc_10'] }));
  const other = view.row(modelOf('other', { featureNames: ['roc_10', 'rsi_14'] }));
  assert.deepEqual([...other], [...one].reverse());
});

test('a row is computed once per package', () => {
  const view = viewMarket(BARS, '1h');
  assert.equal(view.row(modelOf('one')), view.row(modelOf('one')));
});

test('a package that fills gaps and one of the same features that does not see different rows', () => {
  const candles = withoutVolume(22);
  const mayMiss = { missingInTraining: ['volume_ratio_20'] };
  const view = viewMarket(candles, '1h');
  const filled = view.row(modelOf('filling', { ...mayMiss, maxFillBars: 5 }));
  const bare = view.row(modelOf('bare', { ...mayMiss, maxFillBars: 1 }));
  assert.ok(!Number.isNaN(filled[2]));
  assert.ok(Number.isNaN(bare[2]));
  assert.deepEqual(filled.slice(0, 2), bare.slice(0, 2));
});

test('a feature that is missing now and never was in training is refused, also after a package that may miss it', () => {
  const view = viewMarket(withoutVolume(30), '1h');
  assert.ok(Number.isNaN(view.row(modelOf('tolerant', { missingInTraining: ['volume_ratio_20'] }))[2]));
  assert.throws(() => view.row(modelOf('strict')), {
    code: 'PREDICTION_INVALID',
    message: /^volume_ratio_20 can’t be computed/,
    details: { missing: ['volume_ratio_20'] },
  });
});
