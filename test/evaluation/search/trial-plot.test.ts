import assert from 'node:assert/strict';
import test from 'node:test';
import type { TrialRow } from '../../../contracts/trials.ts';
import { bandScale, linearScale, logScale } from '../../../evaluation/plots/scale.ts';
import { renderTrials } from '../../../evaluation/search/trial-plot.ts';
import { searchedRecipe } from './recipes.ts';
import { rowOf } from './trials.ts';

const LEAVES = 'train.params.num_leaves';
const WEIGHTS = 'train.classWeights';
const recipe = searchedRecipe({
  kind: 'random',
  space: {
    [LEAVES]: { low: 2, high: 64, integer: true, log: true },
    [WEIGHTS]: { choices: ['balanced', 'none'] },
  },
});
const failed: TrialRow = {
  trial: 4,
  settings: { [LEAVES]: 9, [WEIGHTS]: 'none' },
  ok: false,
  folds: 5,
  error: { code: 'TRAINING_FAILED', message: 'a <loss> & "none" \u0000' },
};
const rows: TrialRow[] = [
  rowOf(1, 0.05, { settings: { [LEAVES]: 4, [WEIGHTS]: 'none' } }),
  rowOf(2, 0.2, { settings: { [LEAVES]: 16, [WEIGHTS]: 'balanced' } }),
  rowOf(3, 0.1, { settings: { [LEAVES]: 64, [WEIGHTS]: 'none' }, folds: 1 }),
  failed,
];
const svg = renderTrials('coinbase:BTCUSD/1h', recipe, rows, 2);
const count = (pattern: RegExp) => [...svg.matchAll(pattern)].length;

test('a trial is a dot in the order of drawing and in the panel of each value; the best is ringed', () => {
  const panels = 3;
  assert.equal(count(/<circle class="mark"/g), 2 * panels);
  assert.equal(count(/<circle class="hollow"/g), panels);
  assert.equal(count(/<circle class="best"/g), panels);
  assert.equal(count(/class="failed"/g), 1);
  for (const text of [LEAVES, WEIGHTS, 'balanced', 'none', '4 trials on 5 folds', '× 1 failed'])
    assert.ok(svg.includes(text), text);
});

test('it is one well-formed document that stands alone, whatever a message says', () => {
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*>.*<\/svg>\n$/s);
  assert.ok(svg.includes('a &lt;loss&gt; &amp; "none" \ufffd'));
  const open: string[] = [];
  for (const [, close, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^>]*)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!rest.endsWith('/')) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(svg, /=NaN|Infinity|href|<script/);
});

test('it is readable on light and on dark', () => {
  assert.match(svg, /@media \(prefers-color-scheme: dark\)/);
});

test('the same trials give the same bytes, in whatever order they come', () => {
  assert.equal(renderTrials('coinbase:BTCUSD/1h', recipe, rows.toReversed(), 2), svg);
});

test('one trial, and none that was scored, can be drawn', () => {
  for (const some of [[rows[1]], [failed]]) {
    const drawn = renderTrials('coinbase:BTCUSD/1h', recipe, some, 2);
    assert.doesNotMatch(drawn, /[="MHV,](NaN|-?Infinity)/);
  }
});

test('ticks are round and within the axis', () => {
  const labels = (scale: { ticks: readonly { label: string }[] }) => scale.ticks.map(({ label }) => label);
  assert.deepEqual(labels(linearScale([-0.05, 0.1], [0, 100])), ['−0.05', '0', '0.05', '0.1']);
  assert.deepEqual(labels(linearScale([1, 20], [0, 100])), ['5', '10', '15', '20']);
  assert.deepEqual(labels(logScale([0.01, 0.1], [0, 100])), ['0.01', '0.02', '0.05', '0.1']);
  assert.deepEqual(labels(logScale([1e-6, 1], [0, 100])), [
    '0.000001',
    '0.00001',
    '0.0001',
    '0.001',
    '0.01',
    '0.1',
    '1',
  ]);
  assert.deepEqual(labels(bandScale(['a', 'a name that is long'], [0, 100])), ['a', 'a name that i…']);
  const { at } = linearScale([0, 10], [0, 110]);
  assert.deepEqual([0, 5, 10].map(at), [5, 55, 105]);
});
