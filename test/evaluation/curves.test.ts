import assert from 'node:assert/strict';
import test from 'node:test';
import { equityCurve, reliabilityCurves } from '../../evaluation/curves.ts';
import { scoreModel } from '../../evaluation/score.ts';
import { CLASSES, population, scoreInput, walk } from './facts.ts';

test('an equity curve compounds the returns per bar, beside who bought at the first open', () => {
  const candles = walk(10);
  const curve = equityCurve(Float64Array.from([0.1, 0, -0.5]), candles, 4);
  assert.deepEqual(
    curve.time,
    [4, 5, 6].map(bar => candles.openTime[bar]),
  );
  assert.deepEqual(curve.equity, [1.1, 1.1, 0.55]);
  const { open, close } = candles;
  assert.deepEqual(
    curve.buyAndHold,
    [4, 5, 6].map(bar => Number((close[bar]! / open[4]!).toFixed(6))),
  );
});

test('however long the block, the curve is short and keeps its peak, its trough and its end', () => {
  const bars = 40_000;
  const returns = Float64Array.from({ length: bars }, (_, bar) => Math.sin(bar * bar) / 100);
  const { time, equity, buyAndHold } = equityCurve(returns, walk(bars + 1), 1);
  assert.ok(equity.length <= 600);
  assert.equal(time.length, equity.length);
  assert.equal(buyAndHold.length, equity.length);
  let value = 1;
  const whole = returns.map(gain => (value *= 1 + gain));
  const rounded = (of: number) => Number(of.toFixed(6));
  assert.equal(Math.max(...equity), rounded(whole.reduce((a, b) => Math.max(a, b))));
  assert.equal(Math.min(...equity), rounded(whole.reduce((a, b) => Math.min(a, b))));
  assert.equal(equity.at(-1), rounded(value));
});

test('the curve ends at the backtest’s total, and falls as far as its drawdown', () => {
  const { equityCurve: curve, backtest } = scoreModel(scoreInput());
  assert.ok(Math.abs(curve!.equity.at(-1)! - 1 - backtest.totalNetReturn) < 2e-6);
  let peak = 1;
  let fall = 0;
  for (const value of curve!.equity) {
    peak = Math.max(peak, value);
    fall = Math.max(fall, 1 - value / peak);
  }
  assert.ok(fall <= backtest.maxDrawdown + 2e-6);
  assert.ok(fall > 0.8 * backtest.maxDrawdown);
});

test('each class has a reliability curve whose bins hold all its rows', () => {
  const { label, answers } = population(2_000, 0.5);
  const curves = reliabilityCurves(label, answers, CLASSES);
  assert.deepEqual(
    curves.map(curve => curve.class),
    CLASSES,
  );
  for (const [k, { bins }] of curves.entries()) {
    assert.equal(bins.length, 10);
    const came = bins.reduce((sum, { rows, frequency }) => sum + rows * frequency, 0);
    assert.ok(Math.abs(came - label.filter(truth => truth === k).length) < 0.01);
  }
});
