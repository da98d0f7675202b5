import assert from 'node:assert/strict';
import test from 'node:test';
import { parseHTML } from 'linkedom';
import type { TrialRow } from '../../../contracts/trials.ts';
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
const { document } = parseHTML(`<body>${svg}</body>`);
const marks = (name: string, element: string) => [...document.querySelectorAll(`g.${name} ${element}`)];

test('a trial is a dot in the order of drawing and in the panel of each value; the best is ringed', () => {
  const panels = 3;
  assert.equal(marks('mark', 'circle').length, 2 * panels);
  assert.equal(marks('hollow', 'circle').length, panels);
  assert.equal(marks('best', 'circle').length, panels);
  assert.equal(marks('failed', 'path').length, 1);
  assert.equal(marks('best-so-far', 'path').length, 1);
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
