import assert from 'node:assert/strict';
import test from 'node:test';
import { atLeast } from '../../contracts/wording.ts';
import { type CardMeta, renderCard } from '../../evaluation/card.ts';
import { CLASSES, evidenceOf, factsOf, population, RECIPE, scoreInput } from './facts.ts';

const HOUR = 3_600_000;
const block = (from: number, rows: number) => ({
  rows,
  fromTime: from * HOUR,
  toTime: (from + rows - 1) * HOUR,
  classes: [rows * 0.3, rows * 0.5, rows * 0.2],
});

const META: CardMeta = {
  packageId: 'p'.repeat(64),
  series: { venue: 'coinbase', symbol: 'BTCUSD', timeframe: '1h' },
  marketKind: 'spot',
  task: 'direction3',
  classes: CLASSES,
  steps: 1,
  featureNames: ['rsi_14', 'roc_10'],
  schemaHash: 's'.repeat(64),
  recipe: RECIPE,
  dataset: {
    bars: 10_000,
    rows: 9_900,
    firstTime: 0,
    lastTime: 9_999 * HOUR,
    warmUpBars: 33,
    embargoBars: 33,
    blocks: { train: block(33, 6_000), validation: block(6_100, 2_000), test: block(8_200, 1_000) },
    purgedRows: 78,
    filteredRows: 0,
    unlabelledRows: 6,
    meanHoldingBars: 4.25,
    medianHoldingBars: 4,
    missingInTraining: [],
    missing: {},
    filled: {},
    trainedThroughTime: 8_100 * HOUR,
  },
  anchorTime: 0,
  madeWith: { node: '24.0.0', lightgbm: '4.6.0' },
};
const EVIDENCE = evidenceOf(factsOf(scoreInput()));

test('a card tells what the model is, its data, evidence, gate and limits', () => {
  const card = renderCard(META, EVIDENCE);
  assert.deepEqual(
    [...card.matchAll(/^#+ (.*)$/gm)].map(match => match[1]),
    [
      'coinbase:BTCUSD/1h · tested',
      'Data',
      'Features',
      'Evidence',
      'Confusion',
      'After costs',
      'Gate',
      'Limits',
      'Origin',
    ],
  );
  assert.match(card, /\| train \| 6000 \| 1970-01-02 09:00 UTC \| .* \| 30\.0 % \| 50\.0 % \| 20\.0 % \|/);
  assert.match(card, /\| roc_10 \| 75\.0 % \| █{20} \|\n\| rsi_14 \| 25\.0 % \| █{7} \|/);
  const { mcc } = EVIDENCE.intervals;
  assert.ok(
    card.includes(
      `| MCC | ${mcc.value!.toFixed(3)} | ${mcc.low!.toFixed(3)} to ${mcc.high!.toFixed(3)} | 0.000 |`,
    ),
  );
  for (const rule of EVIDENCE.rules) assert.ok(card.includes(`| ${rule.rule} | `));
  assert.match(card, /On spot SHORT closes a long and never opens a position\./);
  assert.match(card, /No edge after costs was shown/);
});

test('blocks stand in the order of time, whatever the order of the report’s keys', () => {
  const { train, validation, test } = META.dataset.blocks;
  const card = renderCard(
    { ...META, dataset: { ...META.dataset, blocks: { test, validation, train } } },
    EVIDENCE,
  );
  const order = [...card.matchAll(/^\| (train|validation|test) \|/gm)].map(match => match[1]);
  assert.deepEqual(order, ['train', 'validation', 'test']);
});

test('the day from which the model no longer serves is counted from its last bar', () => {
  assert.match(renderCard(META, EVIDENCE), /days after the last bar of its data \(1971-02-21 15:00 UTC\)/);
});

test('a bound that is called “at least” is rounded down', () => {
  assert.equal(atLeast(0.04399), '0.043');
  assert.equal(atLeast(-0.0301), '−0.031');
});

test('the same input gives the same bytes, and holds no moment of its making', () => {
  assert.equal(renderCard(META, EVIDENCE), renderCard(structuredClone(META), structuredClone(EVIDENCE)));
});

test('nothing undefined reaches a reader', () => {
  const poor = evidenceOf(factsOf(scoreInput(population(100, 0))));
  for (const evidence of [EVIDENCE, poor]) {
    assert.doesNotMatch(renderCard(META, evidence), /undefined|NaN|null|\[object|Infinity/);
  }
});

test('a card of a refused model names the rules it did not pass', () => {
  const card = renderCard(META, evidenceOf(factsOf(scoreInput(population(2_000, 0)))));
  assert.match(card, /It did not pass the gate\./);
  assert.match(card, /Required rules that it did not pass: skill\./);
});

test('a recipe’s free text can’t break the card', () => {
  const recipe = { ...RECIPE, description: '# big\n| a |\n<script>alert(1)</script> [x](y)' };
  const card = renderCard({ ...META, recipe }, EVIDENCE);
  assert.doesNotMatch(card, /^# big|<script>|^\| a \|/m);
});

test('every table has as many cells in each row as in its head', () => {
  for (const tableText of renderCard(META, EVIDENCE).match(/(^\|.*\|\n?)+/gm)!) {
    const widths = tableText
      .trim()
      .split('\n')
      .map(line => line.replace(/\\\|/g, '').split('|').length);
    assert.equal(new Set(widths).size, 1, tableText);
  }
});

test('a card tells how far labels overlap, what drifted, and what barriers are counted in', () => {
  const drifted = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const dataset = { ...META.dataset, averageUniqueness: 0.125, filteredRows: 12, drifted };
  const labels = { ...RECIPE.labels, volatility: 'deviation20' } as typeof RECIPE.labels;
  const card = renderCard({ ...META, dataset, recipe: { ...RECIPE, labels } }, EVIDENCE);
  assert.match(card, /12 training rows left out as outliers/);
  assert.match(card, /6000 training rows say about as much as 750 that do not\./);
  assert.match(card, / a, b, c, d, e and 2 more changed in distribution between training and test/);
  assert.match(card, /reaches 2 deviations \(of 20 bars’ returns\) above the next bar’s open/);
  assert.doesNotMatch(renderCard(META, EVIDENCE), /outliers|changed in distribution|say about as much/);
});

test('the card says how much of the Sharpe ratio luck explains, and of how many trials', () => {
  const evidence = evidenceOf(factsOf(scoreInput()));
  assert.match(
    renderCard(META, evidence),
    /Sharpe ratio per bar \(per year\) +\| −?0\.\d{4} \(−?\d+\.\d\d\)/,
  );
  assert.match(renderCard(META, evidence), /deflated: nothing else was tried +\| \d+\.\d %/);
  const sharpe = {
    ...evidence.sharpe!,
    trials: 40,
    expectedMaximum: 0.0123,
    spread: 'logged trials' as const,
  };
  assert.match(
    renderCard(META, { ...evidence, sharpe }),
    /above 0\.0123, which the best of 40 trials would show by luck \(as the trials spread\)/,
  );
  const { sharpe: _, ...earlier } = evidence;
  assert.doesNotMatch(renderCard(META, earlier), /Sharpe/);
});
