import assert from 'node:assert/strict';
import test from 'node:test';
import type { Estimate, RuleResult } from '../../contracts/evidence.ts';
import { parseRecipe } from '../../contracts/recipe.ts';
import { judgeCandidate } from '../../evaluation/gate.ts';
import type { GateFacts } from '../../evaluation/rules/rule.ts';
import { factsOf, GATE, population, RECIPE, scoreInput } from './facts.ts';

const SKILLED = factsOf(scoreInput());

function ruleOf(name: string, facts: GateFacts, gate = GATE): RuleResult {
  return judgeCandidate(facts, gate).rules.find(rule => rule.rule === name)!;
}

function withInterval(name: keyof GateFacts['intervals'], estimate: Estimate): GateFacts {
  return { ...SKILLED, intervals: { ...SKILLED.intervals, [name]: estimate } };
}

test('a skilled model passes every required rule and is eligible', () => {
  const { rules, eligible, tradable } = judgeCandidate(SKILLED, GATE);
  assert.deepEqual(
    rules.map(rule => [rule.rule, rule.required]),
    [
      ['skill', true],
      ['edge', false],
      ['enough-evidence', true],
      ['trade-recall', true],
      ['size', true],
      ['latency', true],
      ['parity', true],
    ],
  );
  assert.deepEqual(
    rules.filter(rule => rule.required && rule.outcome !== 'pass'),
    [],
  );
  assert.equal(eligible, true);
  assert.equal(tradable, false);
});

test('every rule shows numbers, a threshold and one sentence', () => {
  for (const rule of judgeCandidate(SKILLED, GATE).rules) {
    assert.ok(Object.keys(rule.numbers).length > 0 && rule.threshold.length > 0, rule.rule);
    assert.match(rule.reason, /^[A-Z].*\.$/);
    assert.doesNotMatch(rule.reason, /NaN|undefined|null|\[object/);
  }
});

test('the majority-class trap: a model that always says NO_TRADE at 97.78 % accuracy is refused, and told why', () => {
  const { label } = population(10_000, 0, 0);
  label.fill(0, 0, 111).fill(2, 5_000, 5_111);
  const answers = Float32Array.from({ length: 30_000 }, (_, i) => (i % 3 === 1 ? 0.98 : 0.01));
  const bar = Int32Array.from({ length: 10_000 }, (_, row) => 500 + row);
  const facts = factsOf(scoreInput({ label, answers, bar }));
  assert.equal(facts.metrics.accuracy, 0.9778);
  const { eligible, rules } = judgeCandidate(facts, GATE);
  assert.equal(eligible, false);
  const skill = rules.find(rule => rule.rule === 'skill')!;
  assert.equal(skill.outcome, 'fail');
  assert.equal(
    skill.reason,
    'It always answers NO_TRADE, which is the majority class (97.8 % of the truth), so its accuracy of 97.8 % shows no skill.',
  );
  assert.equal(rules.find(rule => rule.rule === 'trade-recall')!.outcome, 'fail');
  assert.equal(rules.find(rule => rule.rule === 'enough-evidence')!.outcome, 'fail');
});

test('a nearly constant model is told so too', () => {
  const { label, answers } = population(2_000, 0, 0.02);
  for (let row = 0; row < 2_000; row++) {
    answers.set(row % 100 === 0 ? [0.6, 0.2, 0.2] : [0.01, 0.98, 0.01], row * 3);
  }
  const skill = ruleOf('skill', factsOf(scoreInput({ label, answers })));
  assert.notEqual(skill.outcome, 'pass');
  assert.match(
    skill.reason,
    /^It nearly always \(on 99\.0 % of the rows\) answers NO_TRADE, which is the majority class/,
  );
});

test('a constant model that misses the majority class shows no skill either', () => {
  const answers = Float32Array.from({ length: 6_000 }, (_, i) => (i % 3 === 2 ? 0.98 : 0.01));
  const { label } = population(2_000, 0, 0.2);
  const skill = ruleOf('skill', factsOf(scoreInput({ label, answers })));
  assert.equal(skill.reason, 'It always answers LONG, whatever the bar, which shows no skill.');
});

test('guessing is no skill', () => {
  const skill = ruleOf('skill', factsOf(scoreInput(population(2_000, 0))));
  assert.equal(skill.outcome, 'fail');
  assert.match(skill.reason, /may be as low as/);
});

test('skill asks both: MCC beyond 0 with a directional AUC at chance fails, and the other way round', () => {
  const noDirection = ruleOf('skill', withInterval('directionalAuc', { value: 0.51, low: 0.5, high: 0.52 }));
  assert.equal(noDirection.outcome, 'fail');
  assert.equal(
    noDirection.reason,
    'Its AUC of LONG against SHORT may be as low as 0.500, where chance is 0.5.',
  );
  const noClasses = ruleOf('skill', withInterval('mcc', { value: 0.02, low: 0, high: 0.04 }));
  assert.equal(noClasses.outcome, 'fail');
  assert.equal(noClasses.numbers.mccLow, 0);
});

test('without a bound skill is inconclusive, which is not eligible; a failing half fails it', () => {
  const unknown = withInterval('directionalAuc', { value: null, low: null, high: null });
  assert.equal(ruleOf('skill', unknown).outcome, 'inconclusive');
  assert.equal(judgeCandidate(unknown, GATE).eligible, false);
  const both = {
    ...unknown,
    intervals: { ...unknown.intervals, mcc: { value: 0, low: -0.1, high: 0.1 } },
  };
  assert.equal(ruleOf('skill', both).outcome, 'fail');
});

test('edge alone sets tradable and refuses nobody', () => {
  const earning = withInterval('netReturnPerTrade', { value: 0.002, low: 0.0001, high: 0.004 });
  assert.equal(ruleOf('edge', earning).outcome, 'pass');
  assert.deepEqual(
    [judgeCandidate(earning, GATE).eligible, judgeCandidate(earning, GATE).tradable],
    [true, true],
  );
  const even = withInterval('netReturnPerTrade', { value: 0.002, low: 0, high: 0.004 });
  assert.deepEqual([ruleOf('edge', even).outcome, judgeCandidate(even, GATE).eligible], ['fail', true]);
  const unknown = withInterval('netReturnPerTrade', { value: 0.002, low: null, high: null });
  assert.deepEqual(
    [ruleOf('edge', unknown).outcome, judgeCandidate(unknown, GATE).tradable],
    ['inconclusive', false],
  );
});

test('a recipe may require a rule, or have it only reported; tradable stays the edge rule’s word', () => {
  const even = withInterval('netReturnPerTrade', { value: 0.002, low: 0, high: 0.004 });
  const strict = judgeCandidate(even, { ...GATE, rules: { edge: 'required' } });
  assert.deepEqual([strict.eligible, strict.tradable], [false, false]);
  assert.equal(strict.rules.find(({ rule }) => rule === 'edge')!.required, true);

  const unskilled = withInterval('mcc', { value: 0, low: -0.1, high: 0.1 });
  assert.equal(judgeCandidate(unskilled, GATE).eligible, false);
  const reported = judgeCandidate(unskilled, { ...GATE, rules: { skill: 'reported' } });
  assert.equal(reported.eligible, true);
  assert.equal(reported.rules.find(({ rule }) => rule === 'skill')!.outcome, 'fail');
});

test('a rule that does not exist is refused in a recipe', () => {
  assert.throws(() => parseRecipe({ ...RECIPE, gate: { rules: { luck: 'required' } } }, 'test'), {
    code: 'RECIPE_INVALID',
    message: /gate\.rules/,
  });
});

test('an edge does not make an unskilled model eligible', () => {
  const lucky = {
    ...SKILLED,
    intervals: {
      ...SKILLED.intervals,
      mcc: { value: 0, low: -0.1, high: 0.1 },
      netReturnPerTrade: { value: 0.002, low: 0.0001, high: 0.004 },
    },
  };
  const { eligible, tradable } = judgeCandidate(lucky, GATE);
  assert.deepEqual([eligible, tradable], [false, true]);
});

test('too few rows or trades fail enough-evidence, by name', () => {
  const rows = ruleOf('enough-evidence', SKILLED, { ...GATE, minTestRows: 2_001 });
  assert.deepEqual(
    [rows.outcome, rows.reason],
    ['fail', 'There are only 2000 of 2001 test rows to judge by.'],
  );
  const trades = ruleOf('enough-evidence', SKILLED, { ...GATE, minTrades: 5_000 });
  assert.match(trades.reason, /^There are only \d+ of 5000 trades to judge by\.$/);
  assert.equal(ruleOf('enough-evidence', SKILLED, { ...GATE, minTestRows: 2_000 }).outcome, 'pass');
});

test('each trade class must be found, on spot too', () => {
  assert.equal(SKILLED.backtest.marketKind, 'spot');
  const blindToShort = factsOf(scoreInput(blindTo(0)));
  const rule = ruleOf('trade-recall', blindToShort);
  assert.equal(rule.outcome, 'fail');
  assert.match(
    rule.reason,
    /^It finds 0\.0 % of the SHORT rows; it finds .* of the LONG rows; 5\.0 % are asked of each\.$/,
  );
});

test('the recall of a class that does not occur is not known', () => {
  const { label, answers } = population(2_000, 0.5);
  for (let row = 0; row < label.length; row++) if (label[row] === 2) label[row] = 1;
  const rule = ruleOf('trade-recall', factsOf(scoreInput({ label, answers })));
  assert.deepEqual([rule.outcome, rule.numbers.recallLONG], ['inconclusive', null]);
});

for (const [rule, changes] of [
  ['size', { modelBytes: GATE.maxModelBytes + 1 }],
  ['latency', { latencyMs: GATE.maxLatencyMs + 0.1 }],
  ['latency', { latencyMs: Number.NaN }],
  ['parity', { parity: { rows: 10, maxDifference: 6e-6, tolerance: 5e-6, disagreements: 0 } }],
  ['parity', { parity: { rows: 10, maxDifference: 0, tolerance: 5e-6, disagreements: 1 } }],
  ['parity', { parity: { rows: 0, maxDifference: 0, tolerance: 5e-6, disagreements: 0 } }],
] as const) {
  test(`${rule} fails at ${JSON.stringify(changes)} and makes the model ineligible`, () => {
    const facts = { ...SKILLED, ...changes };
    assert.equal(ruleOf(rule, facts).outcome, 'fail');
    assert.equal(judgeCandidate(facts, GATE).eligible, false);
  });
}

/** A skilled population whose model never answers class k. */
function blindTo(k: number) {
  const { label, answers } = population(2_000, 0.5);
  for (let row = 0; row < label.length; row++) {
    const other = row * 3 + (k === 0 ? 1 : 0);
    answers[other]! += answers[row * 3 + k]!;
    answers[row * 3 + k] = 0;
  }
  return { label, answers };
}

/** A model that approves or rejects, skilled enough for every rule. */
const VETO: GateFacts = (() => {
  const { label, answers } = population(2_000, 0.5);
  const two = Float32Array.from({ length: 4_000 }, (_, at) => {
    const approve = answers[(at >> 1) * 3 + 2]!;
    return at % 2 === 1 ? approve : 1 - approve;
  });
  const input = scoreInput({
    task: 'approve2',
    label: label.map(value => Number(value === 2)),
    answers: two,
    trainClasses: [5_600, 2_400],
  });
  return factsOf(
    { ...input, signalSides: new Int8Array(input.candles.openTime.length).fill(2) },
    {
      classes: ['REJECT', 'APPROVE'],
    },
  );
})();

test('a veto is asked for skill in approving, and told so in its own words', () => {
  const skill = ruleOf('skill', VETO);
  assert.equal(skill.outcome, 'pass');
  assert.match(skill.reason, /^It tells the classes apart \(MCC at least .*\) and ranks signals too \(AUC/);
  const blind = { ...VETO.intervals, directionalAuc: { value: 0.51, low: 0.49, high: 0.53 } };
  assert.equal(
    ruleOf('skill', { ...VETO, intervals: blind }).reason,
    'Its AUC of APPROVE against REJECT may be as low as 0.490, where chance is 0.5.',
  );
});

test('a veto must approve and reject at times: one that does but one of it is refused', () => {
  const rule = ruleOf('trade-recall', VETO);
  assert.deepEqual([rule.outcome, rule.threshold], ['pass', 'recall of REJECT and of APPROVE >= 0.05']);
  const perClass = VETO.metrics.perClass.map(row => ({ ...row, recall: row.class === 'REJECT' ? 1 : 0 }));
  const never = ruleOf('trade-recall', { ...VETO, metrics: { ...VETO.metrics, perClass } });
  assert.equal(never.outcome, 'fail');
  assert.match(never.reason, /it finds 0\.0 % of the APPROVE rows/);
});

test('trades are not counted of a veto: how many there are is up to the signals', () => {
  const strict = { ...GATE, minTrades: 1_000_000 };
  const rule = ruleOf('enough-evidence', VETO, strict);
  assert.deepEqual(
    [rule.outcome, rule.threshold, rule.reason],
    ['pass', `rows >= ${GATE.minTestRows}`, 'It was judged on 2000 test rows.'],
  );
  assert.equal(ruleOf('enough-evidence', VETO, { ...strict, minTestRows: 2_001 }).outcome, 'fail');
  assert.equal(ruleOf('enough-evidence', SKILLED, strict).outcome, 'fail');
});
