import assert from 'node:assert/strict';
import test from 'node:test';
import { renderExplanation } from '../../cli/explanation-text.ts';
import type { Explanation } from '../../contracts/explanation.ts';

const WINDOWED: Explanation = {
  method: 'integrated-gradients',
  score: 'log-odds',
  direction: 'SHORT',
  base: -0.5,
  answer: 0.75,
  gap: 0.002,
  features: Array.from({ length: 20 }, (_, at) => ({
    feature: `feature_${at}`,
    value: at === 3 ? null : 1 / (at + 1),
    usual: at,
    contribution: (20 - at) / 100,
  })),
  bars: [
    { newest: 0, oldest: 0, contribution: 0.6, share: 0.6 },
    { newest: 1, oldest: 4, contribution: -0.3, share: 0.3 },
    { newest: 5, oldest: 5, contribution: 0.1, share: 0.1 },
  ],
};

test('people read a table of the strongest features, and from which bars it came', () => {
  const text = renderExplanation(WINDOWED);
  assert.match(
    text,
    /^Why \(integrated gradients\): the log odds of SHORT, −0\.5000 for a usual bar, here 0\.7500$/m,
  );
  assert.match(text, /^feature_0 +1 +0 +0\.2000$/m);
  assert.match(text, /^feature_3 +- +3 +0\.1700$/m);
  assert.match(text, /^5 others +- +- +0\.1500$/m);
  assert.match(
    text,
    /^from the last bar 60\.0 %, those 1–4 before it 30\.0 %, the bar 5 before it 10\.0 %$/m,
  );
  assert.doesNotMatch(text, /miss/);
});

test('a gap is told, and returns are told in basis points', () => {
  const text = renderExplanation({
    ...WINDOWED,
    score: 'expected-return',
    base: 0.0001,
    answer: 0.0031,
    gap: 0.04,
    bars: null,
  });
  assert.match(text, /the expected return, 1\.0 bp for a usual bar, here 31\.0 bp/);
  assert.match(text, /^Contributions miss 4\.0 % of what moved\.$/m);
});
