import assert from 'node:assert/strict';
import test from 'node:test';
import type { RuleResult } from '../../contracts/evidence.ts';
import type { GateSpec } from '../../contracts/recipe.ts';
import { judgeCandidate } from '../../evaluation/gate.ts';
import type { GateFacts } from '../../evaluation/rules/rule.ts';
import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { recipeWith } from '../support/recipes.ts';
import { factsOf, GATE, scoreInput } from './facts.ts';

const ROWS = 2_000;
const ASKED = { auc: 'required', f1: 'required', 'approval-rate': 'required' } as const;

/** A veto that approves the given share of the signals, of which `right` in a hundred should be. */
function veto(approved: number, right: number): GateFacts {
  const random = seededRandom(3);
  const answers = new Float32Array(2 * ROWS);
  const label = Int8Array.from({ length: ROWS }, (_, row) => {
    const approves = row % 100 < approved;
    answers[2 * row + 1] = approves ? 0.8 + (row % 7) / 100 : 0.2 + (row % 11) / 100;
    answers[2 * row] = 1 - answers[2 * row + 1];
    return randomIndex(random, 100) < (approves ? right : 10) ? 1 : 0;
  });
  const input = scoreInput({
    task: 'approve2',
    label,
    answers,
    bar: Int32Array.from({ length: ROWS }, (_, row) => 500 + row),
    trainClasses: [1_600, 400],
    signalSides: new Int8Array(ROWS + 600).fill(2),
  });
  return factsOf(input, { classes: ['REJECT', 'APPROVE'] });
}

function rulesOf(facts: GateFacts, gate: Partial<GateSpec> = {}): Record<string, RuleResult> {
  const { rules } = judgeCandidate(facts, { ...GATE, rules: ASKED, ...gate });
  return Object.fromEntries(rules.map(rule => [rule.rule, rule]));
}

test('they stand in the table of recipes alone that name them, and refuse only where they are required', () => {
  const facts = veto(2, 80);
  const names = (gate: GateSpec) => judgeCandidate(facts, gate).rules.map(({ rule }) => rule);
  assert.ok(!names(GATE).some(name => name in ASKED));
  assert.deepEqual(
    names({ ...GATE, rules: { auc: 'reported' } }).filter(name => name in ASKED),
    ['auc'],
  );
  const reported = judgeCandidate(facts, { ...GATE, rules: { 'approval-rate': 'reported' } });
  const required = judgeCandidate(facts, { ...GATE, rules: { 'approval-rate': 'required' } });
  assert.deepEqual([reported.eligible, required.eligible], [true, false]);
});

test('a veto that approves a fifth of the signals, and rightly, passes all three', () => {
  const { auc, f1, 'approval-rate': rate } = rulesOf(veto(20, 80));
  assert.deepEqual([auc.outcome, f1.outcome, rate.outcome], ['pass', 'pass', 'pass']);
  assert.equal(rate.numbers.actedShare, 0.2);
  assert.match(rate.reason, /^It approves 20\.0 % of the rows; 10\.0 % to 30\.0 % are asked\.$/);
  assert.equal(auc.threshold, 'directionalAuc > 0.7');
  assert.match(auc.reason, /^Its AUC of APPROVE against REJECT is 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)/);
  assert.equal(f1.threshold, 'F1 of APPROVE > 0.3');
  assert.match(f1.reason, /^Its F1 of APPROVE is 0\.\d{3} \(precision 0\.\d{3}, recall 0\.\d{3}\); more/);
  for (const rule of [auc, f1, rate]) assert.doesNotMatch(rule.reason, /NaN|undefined|null/);
});

test('one that approves nearly everything or nearly nothing chooses nothing', () => {
  assert.equal(rulesOf(veto(60, 40))['approval-rate'].outcome, 'fail');
  assert.equal(rulesOf(veto(2, 80))['approval-rate'].outcome, 'fail');
  assert.equal(rulesOf(veto(60, 40), { approvalRate: [0.5, 0.7] })['approval-rate'].outcome, 'pass');
});

test('one that approves at random ranks and finds too little', () => {
  const { auc, f1, 'approval-rate': rate } = rulesOf(veto(20, 10));
  assert.deepEqual([auc.outcome, f1.outcome, rate.outcome], ['fail', 'fail', 'pass']);
});

test('where nothing should have been approved nothing can be said', () => {
  const facts = veto(20, 80);
  const label = new Int8Array(ROWS);
  const none = factsOf(
    scoreInput({
      task: 'approve2',
      label,
      answers: new Float32Array(2 * ROWS).fill(0.5),
      trainClasses: [1_600, 400],
      bar: Int32Array.from({ length: ROWS }, (_, row) => 500 + row),
      signalSides: new Int8Array(ROWS + 600).fill(2),
    }),
    { classes: facts.classes },
  );
  const { auc, f1 } = rulesOf(none);
  assert.deepEqual([auc.outcome, f1.outcome], ['inconclusive', 'inconclusive']);
  assert.deepEqual([auc.numbers.directionalAuc, f1.numbers.f1APPROVE], [null, null]);
});

test('of a model of directions they speak of LONG and SHORT', () => {
  const facts = factsOf(scoreInput());
  const { auc, f1, 'approval-rate': rate } = rulesOf(facts, { approvalRate: [0, 1] });
  assert.equal(f1.threshold, 'F1 of SHORT and LONG > 0.3');
  assert.deepEqual(Object.keys(f1.numbers), ['f1SHORT', 'f1LONG']);
  assert.match(auc.reason, /^Its AUC of LONG against SHORT is /);
  const [short, , long] = facts.metrics.perClass;
  assert.equal(rate.numbers.acted, short.predicted + long.predicted);
  assert.match(rate.reason, /^It trades on /);
});

test('a recipe may set the thresholds, and what can’t be met is refused by its path', () => {
  const { gate } = recipeWith({
    gate: { rules: { auc: 'required' }, minAuc: 0.65, approvalRate: [0.05, 0.2] },
  });
  assert.deepEqual([gate.minAuc, gate.minF1, gate.approvalRate], [0.65, 0.3, [0.05, 0.2]]);
  for (const [wrong, message] of [
    [{ approvalRate: [0.3, 0.1] }, /gate\.approvalRate.*first must be below/],
    [{ approvalRate: [0.1] }, /gate\.approvalRate/],
    [{ minAuc: 1.2 }, /gate\.minAuc/],
    [{ rules: { auc: 'sometimes' } }, /gate\.rules\.auc/],
  ] as const)
    assert.throws(() => recipeWith({ gate: wrong }), { code: 'RECIPE_INVALID', message });
});
