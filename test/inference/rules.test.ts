import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';
import { computeFeatures } from '../../features/batch.ts';
import { RULES } from '../../inference/rules/index.ts';
import { MOMENTUM } from '../../inference/rules/momentum.ts';
import { PROFESSIONAL_ANALYZER } from '../../inference/rules/professional-analyzer.ts';
import { RSI_MA } from '../../inference/rules/rsi-ma.ts';
import { answerByRule, type Rule } from '../../inference/rules/rule.ts';
import { candlesFromCloses, goldenCandles } from '../support/candles.ts';

const BARS = goldenCandles();
const ENDS = [700, 999, 1_400, 1_777, 2_345, 3_000];

/** Of all for SHORT (−1) to all for LONG (1). */
function leaning(rule: Rule, candles: Candles): number {
  const { probabilities } = answerByRule(rule, candles, '1h');
  return probabilities[LONG] - probabilities[SHORT];
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-7, `${actual} is not ${expected}`);
}

/** Closes that rise or fall by a share each bar, with a ripple. */
function drifting(share: number, bars = 600): Candles {
  const closes = Array.from({ length: bars }, (_, i) => 100 * (1 + share) ** i * (1 + 0.002 * Math.sin(i)));
  return candlesFromCloses(closes, 0.05);
}

/** Features as training computes them, over all bars from the first on, at the last. */
function featuresOf(rule: Rule, candles: Candles): Record<string, number> {
  const { columns, rows } = computeFeatures(candles, rule.features, '1h', 'float64');
  return Object.fromEntries([...columns].map(([name, column]) => [name, column[rows - 1]]));
}

const cut = (x: number) => Math.max(-1, Math.min(x, 1));

test('MOMENTUM is the return over ten bars in its deviations by the last twenty returns, halved and cut', () => {
  for (const end of ENDS) {
    const returns = Array.from({ length: 20 }, (_, i) =>
      Math.log(BARS.close[end - 20 + i] / BARS.close[end - 21 + i]),
    );
    const mean = returns.reduce((a, b) => a + b) / 20;
    const deviation = Math.sqrt(returns.reduce((a, b) => a + (b - mean) ** 2, 0) / 20);
    const moved = Math.log(BARS.close[end - 1] / BARS.close[end - 11]);
    near(leaning(MOMENTUM, sliceCandles(BARS, 0, end)), cut(moved / (deviation * Math.sqrt(10)) / 2));
  }
});

test('RSI_MA is half averages’ distance, half strength; nothing where they disagree or the move is spent', () => {
  const seen = new Set<string>();
  for (let end = 600; end < 3_000; end += 7) {
    const candles = sliceCandles(BARS, 0, end);
    const { sma_10, sma_50, rsi_14, atr_14 } = featuresOf(RSI_MA, candles);
    const apart = cut((sma_10 - sma_50) / atr_14 / 2);
    const strength = cut((rsi_14 - 50) / 15);
    const says = rsi_14 > 70 || rsi_14 < 30 ? 'spent' : apart * strength < 0 ? 'disagree' : 'agree';
    seen.add(says);
    near(leaning(RSI_MA, candles), says === 'agree' ? (apart + strength) / 2 : 0);
  }
  assert.equal(seen.size, 3, 'each case came up');
});

test('PROFESSIONAL_ANALYZER weighs trend, momentum and volume, and less in a market that turned wild', () => {
  let damped = 0;
  for (let end = 600; end < 3_000; end += 7) {
    const candles = sliceCandles(BARS, 0, end);
    const v = featuresOf(PROFESSIONAL_ANALYZER, candles);
    const trend = 0.5 * cut((v.sma_20 - v.sma_50) / v.atr_14 / 2) + 0.5 * cut(-v.sma_20 / v.atr_14 / 2);
    const momentum =
      (cut((v.rsi_14 - 50) / 20) +
        cut(v.momentum_10_atr_14 / 3) +
        cut(v.macd_histogram_12_26_9 / v.atr_14 / 0.25)) /
      3;
    const volume = 0.5 * cut(v.chaikin_money_flow_20 / 0.2) + 0.5 * cut(v.obv_20 / 0.4);
    const calm = Math.min(1, Math.max(0, (3 - v.volatility_ratio_10_50) / 1.5));
    if (calm < 1) damped++;
    near(leaning(PROFESSIONAL_ANALYZER, candles), calm * (0.4 * trend + 0.4 * momentum + 0.2 * volume));
  }
  assert.ok(damped > 0);
});

for (const rule of [PROFESSIONAL_ANALYZER, MOMENTUM]) {
  test(`${rule.source} says LONG where all rises, SHORT where all falls`, () => {
    assert.equal(answerByRule(rule, drifting(0.004), '1h').decided, LONG);
    assert.equal(answerByRule(rule, drifting(-0.004), '1h').decided, SHORT);
  });
}

test('RSI_MA follows a move that begins, and holds where it is spent', () => {
  const turning = (share: number) => {
    const calm = Array.from({ length: 400 }, (_, i) => 100 + 0.3 * Math.sin(1.3 * i));
    const moving = Array.from({ length: 25 }, (_, i) => 100 * (1 + share) ** i + 0.3 * Math.sin(1.3 * i));
    return candlesFromCloses([...calm, ...moving], 0.05);
  };
  assert.equal(answerByRule(RSI_MA, turning(0.0008), '1h').decided, LONG);
  assert.equal(answerByRule(RSI_MA, turning(-0.0008), '1h').decided, SHORT);
  assert.equal(answerByRule(RSI_MA, turning(0.02), '1h').decided, NO_TRADE, 'overbought');
});

for (const rule of RULES) {
  test(`${rule.source} looks at its ${rule.bars} bars, whatever was before them`, () => {
    for (const end of ENDS) {
      const alone = answerByRule(rule, sliceCandles(BARS, end - rule.bars, end), '1h');
      assert.deepEqual(answerByRule(rule, sliceCandles(BARS, 0, end), '1h'), alone);
    }
  });

  test(`${rule.source} fails with a bar less, and says how many there are`, () => {
    assert.throws(() => answerByRule(rule, sliceCandles(BARS, 0, rule.bars - 1), '1h'), {
      code: 'CANDLES_TOO_FEW',
      message: `it looks at ${rule.bars} bars, there are ${rule.bars - 1}`,
    });
  });

  test(`${rule.source} fails where nothing moves`, () => {
    const flat = candlesFromCloses(new Float64Array(700).fill(100));
    assert.throws(() => answerByRule(rule, flat, '1h'), { code: 'PREDICTION_INVALID' });
  });

  test(`${rule.source} gives shares that sum to one, of which the decided one is the largest`, () => {
    const moves = fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), {
      minLength: rule.bars,
      maxLength: rule.bars + 5,
    });
    fc.assert(
      fc.property(moves, shares => {
        let price = 100;
        const closes = shares.map(share => (price *= 1 + share));
        fc.pre(new Set(closes).size > 30 || rule === MOMENTUM);
        const candles = candlesFromCloses(closes, 0.01);
        const { probabilities, decided } = tryRule(rule, candles) ?? { probabilities: [0, 1, 0], decided: 1 };
        const sum = [...probabilities].reduce((a, b) => a + b);
        assert.ok(Math.abs(sum - 1) < 1e-12 && probabilities.every(share => share >= 0 && share <= 1));
        assert.equal(probabilities[decided], Math.max(...probabilities));
      }),
      { numRuns: 40 },
    );
  });
}

/** Null where it fails by right: nothing moved. */
function tryRule(rule: Rule, candles: Candles) {
  try {
    return answerByRule(rule, candles, '1h');
  } catch (error) {
    assert.equal((error as { code: string }).code, 'PREDICTION_INVALID');
    return null;
  }
}

test('PROFESSIONAL_ANALYZER fails by name where a feature has no value: nobody traded for twenty bars', () => {
  const volume = BARS.volume.slice();
  volume.fill(0, volume.length - 25);
  assert.throws(() => answerByRule(PROFESSIONAL_ANALYZER, { ...BARS, volume }, '1h'), {
    code: 'PREDICTION_INVALID',
    message: 'chaikin_money_flow_20, obv_20 can’t be computed at the last bar',
  });
});
