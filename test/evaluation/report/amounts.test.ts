import assert from 'node:assert/strict';
import test from 'node:test';
import { duration, fixed, gain, money, price, ratio, share } from '../../../evaluation/report/amounts.ts';
import { binsOf } from '../../../evaluation/report/histogram.ts';
import { shortMoney, shortPercent } from '../../../evaluation/report/time-line.ts';
import { near } from '../../support/near.ts';

const plainly = (text: string) => text.replaceAll('\u00a0', ' ');

test('money has cents, thousands apart, and its currency', () => {
  assert.equal(plainly(money(1_234_567.891, 'USDT')), '1,234,567.89 USDT');
  assert.equal(plainly(money(-0.012345, 'BTC')), '−0.01235 BTC');
  assert.equal(money(-3.21e-300, null), '−3.210e−300');
  assert.equal(money(0, null), '0.00');
  assert.equal(money(null, 'USD'), '–');
});

test('prices keep six digits, small ones too', () => {
  assert.equal(price(64_123.456), '64,123.46');
  assert.equal(price(1.234567), '1.23457');
  assert.equal(price(0.0000123456), '0.0000123456');
});

test('gains have a sign, and no sign where they round to nothing', () => {
  assert.equal(plainly(gain(0.1234)), '+12.3 %');
  assert.equal(plainly(gain(-0.1234)), '−12.3 %');
  assert.equal(plainly(gain(0.0001)), '0.0 %');
  assert.equal(plainly(gain(-0.0001)), '0.0 %');
  assert.equal(gain(null), '–');
  assert.equal(plainly(share(12.5)), '1,250.0 %');
});

test('what no one reads as digits is a power of ten', () => {
  assert.equal(fixed(4.0875e27, 2), '4.09e27');
  assert.equal(shortMoney(4.2e-6), '4.2e−6');
  assert.equal(shortMoney(12_300), '12.3K');
  assert.equal(plainly(shortPercent(-0.07)), '−7 %');
  assert.equal(ratio(null), '–');
});

test('lengths are told in the largest unit of which there are two', () => {
  assert.equal(plainly(duration(14, '1h')), '14 h');
  assert.equal(plainly(duration(47, '1h')), '47 h');
  assert.equal(plainly(duration(48, '1h')), '2 days');
  assert.equal(plainly(duration(30, '1m')), '30 min');
  assert.equal(plainly(duration(1_000, '1d')), '2.7 years');
});

test('bins have round widths, an edge at 0, and hold every value', () => {
  const values = Float64Array.from({ length: 1_000 }, (_, i) => (i - 400) / 5_000);
  values[0] = -9;
  const bins = binsOf(values);
  assert.ok(bins.some(({ from }) => from === 0));
  for (const { from, to } of bins) near(to - from, 0.01);
  assert.equal(
    bins.reduce((sum, { count }) => sum + count, 0),
    1_000,
  );
  assert.ok(bins[0].from > -0.1);
});
