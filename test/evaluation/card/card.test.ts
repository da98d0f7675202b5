import assert from 'node:assert/strict';
import test from 'node:test';
import type { Evidence } from '../../../contracts/evidence.ts';
import { atLeast } from '../../../contracts/wording.ts';
import { composeCard } from '../../../evaluation/card/card.ts';
import type { CardMeta, CardVariant } from '../../../evaluation/card/document.ts';
import { cardMarkdown } from '../../../evaluation/card/markdown.ts';
import { evidenceOf, factsOf, population, RECIPE, scoreInput } from '../facts.ts';
import { EVIDENCE, EXPLAINED, META } from './fixtures.ts';

function cardOf(meta: CardMeta, evidence: Evidence, variants: readonly CardVariant[] = []): string {
  return cardMarkdown(composeCard(meta, evidence, variants));
}

test('a card tells what the model is, its data, evidence, gate and limits', () => {
  const card = cardOf(META, EVIDENCE);
  assert.deepEqual(
    [...card.matchAll(/^#+ (.*)$/gm)].map(match => match[1]),
    [
      'coinbase:BTCUSD/1h · tested',
      'Evidence',
      'Gate',
      'Decisions',
      'After costs',
      'Features',
      'Data',
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
  const card = cardOf(
    { ...META, dataset: { ...META.dataset, blocks: { test, validation, train } } },
    EVIDENCE,
  );
  const order = [...card.matchAll(/^\| (train|validation|test) \|/gm)].map(match => match[1]);
  assert.deepEqual(order, ['train', 'validation', 'test']);
});

test('the day from which the model no longer serves is counted from its last bar', () => {
  assert.match(cardOf(META, EVIDENCE), /days after the last bar of its data \(1971-02-21 15:00 UTC\)/);
});

test('a bound that is called “at least” is rounded down', () => {
  assert.equal(atLeast(0.04399), '0.043');
  assert.equal(atLeast(-0.0301), '−0.031');
});

test('the same input gives the same bytes, and holds no moment of its making', () => {
  assert.equal(cardOf(META, EVIDENCE), cardOf(structuredClone(META), structuredClone(EVIDENCE)));
});

test('nothing undefined reaches a reader', () => {
  const poor = evidenceOf(factsOf(scoreInput(population(100, 0))));
  for (const evidence of [EVIDENCE, EXPLAINED, poor]) {
    assert.doesNotMatch(cardOf(META, evidence), /undefined|NaN|null|\[object|Infinity/);
  }
});

test('a card of a refused model names the rules it did not pass', () => {
  const card = cardOf(META, evidenceOf(factsOf(scoreInput(population(2_000, 0)))));
  assert.match(card, /It did not pass the gate\./);
  assert.match(card, /Required rules that it did not pass: skill\./);
});

test('a recipe’s free text can’t break the card', () => {
  const recipe = { ...RECIPE, description: '# big\n| a |\n<script>alert(1)</script> [x](y)' };
  const card = cardOf({ ...META, recipe }, EVIDENCE);
  assert.doesNotMatch(card, /^# big|<script>|^\| a \|/m);
});

test('every table has as many cells in each row as in its head', () => {
  for (const tableText of cardOf(META, EVIDENCE).match(/(^\|.*\|\n?)+/gm)!) {
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
  const card = cardOf({ ...META, dataset, recipe: { ...RECIPE, labels } }, EVIDENCE);
  assert.match(card, /12 training rows left out as outliers/);
  assert.match(card, /6000 training rows say about as much as 750 that do not\./);
  assert.match(card, / a, b, c, d, e and 2 more changed in distribution between training and test/);
  assert.match(card, /reaches 2 deviations \(of 20 bars’ returns\) above the next bar’s open/);
  assert.doesNotMatch(cardOf(META, EVIDENCE), /outliers|changed in distribution|say about as much/);
});

test('a card shows how far each feature moves answers, its gain, and what shuffling it costs', () => {
  const card = cardOf(META, EXPLAINED);
  assert.match(card, /\| feature \| moves \| gain \| log loss when shuffled \| {2}\|/);
  assert.match(card, /\| rsi_14 \| 0\.200 \| 25\.0 % \| 0\.0123 ± 0\.0011 \| █{20} \|/);
  assert.match(card, /\| roc_10 \| 0\.050 \| 75\.0 % \| −0\.0004 ± 0\.0002 \| █{5} \|/);
  assert.match(card, /over 40 test rows, by integrated gradients from the training means\./);
  assert.match(
    card,
    /50\.0 % from the last bar, 30\.0 % from bars 1 to 4 before it and 20\.0 % from bars 5 to 11 before it come\./,
  );
});

test('a net has no gain, and evidence of earlier versions neither moves nor shuffles', () => {
  const net = cardOf(META, { ...EXPLAINED, importance: [] });
  assert.match(net, /\| feature \| moves \| log loss when shuffled \| {2}\|/);
  const { permutationImportance: _, attributions: __, ...earlier } = EXPLAINED;
  assert.match(cardOf(META, earlier), /\| feature \| gain \| {2}\|/);
  assert.match(cardOf(META, { ...earlier, importance: [] }), /It looks at rsi_14 and roc_10\./);
});

test('of a wide model the card shows the features that matter most', () => {
  const featureNames = Array.from({ length: 114 }, (_, at) => `feature_${at}`);
  const importance = featureNames.map((feature, at) => ({ feature, gain: at, share: at / 6_441 }));
  const card = cardOf({ ...META, featureNames }, { ...EVIDENCE, importance });
  assert.match(card, /\| feature_113 \| 1\.8 % \| █{20} \|/);
  assert.doesNotMatch(card, /feature_93 /);
  assert.match(card, /94 more are in metrics\.json\./);
});

test('a card says what each class is measured by, and what calibration did', () => {
  const card = cardOf(META, {
    ...EVIDENCE,
    decision: { thresholds: [0.41, 0.215, 0.375], returns: null },
    calibration: { logWeights: [0, 0, 0], temperature: 1.4, errorBefore: 0.12, errorAfter: 0.02 },
  });
  assert.match(
    card,
    /the largest multiple of its threshold: SHORT 0\.410, NO_TRADE 0\.215 and LONG 0\.375\./,
  );
  assert.match(card, /at temperature 1\.40: they miss the frequencies by 0\.020 on average/);
  assert.match(cardOf(META, EVIDENCE), /## Decisions\n\nIt answers with the likeliest class\.\n/);
});

test('the card of a veto speaks of signals, of APPROVE against REJECT, and of no direction', () => {
  const classes = ['REJECT', 'APPROVE'];
  const meta: CardMeta = { ...META, task: 'approve2', classes };
  const card = cardOf(meta, { ...EVIDENCE, classes });
  assert.match(card, /^A veto on signals of others, which it approves or rejects, for BTCUSD /m);
  assert.match(card, /\| AUC of APPROVE against REJECT \|/);
  assert.match(card, /on the side of the signal that it approves/);
  assert.match(card, /It gives no direction of its own/);
});

test('the card of a return model says what makes directions of returns', () => {
  const decision = { thresholds: null, returns: { deviation: 0.012, breakEven: 0.0026 } };
  const card = cardOf({ ...META, task: 'return', classes: [] }, { ...EVIDENCE, decision });
  assert.match(card, /^A model of the return of BTCUSD /m);
  assert.match(card, /\(a deviation of 120\.0 bp\), pays a round trip of 26\.0 bp\./);
});

test('variants stand in the card where there is more than one, without times', () => {
  const measures = { bytes: 2_000_000, agreement: 1, maxProbabilityDifference: 0, latencyMs1: 0.523 };
  const float = { variant: 'fp32', chosen: false, reason: 'Larger.', measures };
  const small = {
    variant: 'int8-weights',
    chosen: true,
    reason: 'The smallest within tolerance.',
    measures: { bytes: 500_000, agreement: 0.998, maxProbabilityDifference: 0.0123 },
  };
  const failed = { variant: 'int8-static', chosen: false, reason: 'It has no layers.', measures: null };
  const card = cardOf(META, EVIDENCE, [float, small, failed]);
  assert.match(
    card,
    /\| int8-weights \(serves\) \| 500000 \| 99\.8 % \| 0\.0123 \| The smallest within tolerance\. \|/,
  );
  assert.match(card, /\| int8-static \| – \| – \| – \| It has no layers\. \|/);
  assert.doesNotMatch(card, /0\.523/);
  assert.doesNotMatch(cardOf(META, EVIDENCE, [float]), /## Variants/);
});

test('the card says how much of the Sharpe ratio luck explains, and of how many trials', () => {
  const evidence = evidenceOf(factsOf(scoreInput()));
  assert.match(cardOf(META, evidence), /Sharpe ratio per bar \(per year\) +\| −?0\.\d{4} \(−?\d+\.\d\d\)/);
  assert.match(cardOf(META, evidence), /deflated: nothing else had been tried +\| \d+\.\d %/);
  const sharpe = {
    ...evidence.sharpe!,
    trials: 40,
    expectedMaximum: 0.0123,
    spread: 'logged trials' as const,
  };
  assert.match(
    cardOf(META, { ...evidence, sharpe }),
    /above 0\.0123, which the best of 40 trials would show by luck \(as the trials spread\)/,
  );
  const { sharpe: _, ...earlier } = evidence;
  assert.doesNotMatch(cardOf(META, earlier), /Sharpe/);
});

test('limits say how long a difference of 0.05 MCC takes to be told', () => {
  assert.match(
    cardOf(META, EVIDENCE),
    /it takes about \d+ (days?|months?|years?) \(\d+ bars\) until a model whose MCC is 0\.05 better or worse can be told from it/,
  );
});

test('costs stand apart by kind, and ways of leaving that did not occur are left out', () => {
  const backtest = {
    ...EVIDENCE.backtest,
    costs: { fees: 0.12, spread: 0, slippage: 0.034, funding: -0.01 },
    turnover: 123.45,
    exits: { target: 3, stop: 2, time: 0, signal: 1, end: 0, liquidation: 1 },
  };
  const card = cardOf(META, { ...EVIDENCE, backtest });
  const shares = [...card.matchAll(/\| (\w+), as a share of the purse \| (.*) \|/g)].map(match =>
    match.slice(1),
  );
  assert.deepEqual(shares, [
    ['fees', '12.0 %'],
    ['slippage', '3.4 %'],
    ['funding', '−1.0 %'],
  ]);
  assert.match(card, /\| bought and sold, as a multiple of the purse \| 123\.5 \|/);
  const left = [...card.matchAll(/\| left by (.*) \| (\d+) \|/g)].map(match => match.slice(1));
  assert.deepEqual(left, [
    ['target', '3'],
    ['stop', '2'],
    ['signal', '1'],
    ['liquidation', '1'],
  ]);
  const { costs: _, turnover: __, ...earlier } = backtest;
  assert.doesNotMatch(cardOf(META, { ...EVIDENCE, backtest: earlier }), /of the purse/);
});
