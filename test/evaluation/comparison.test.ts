import assert from 'node:assert/strict';
import test from 'node:test';
import { LIKELIEST } from '../../contracts/decision.ts';
import { type ComparedModel, type ComparisonInput, compareModels } from '../../evaluation/comparison.ts';
import { GATE, population, RECIPE } from './facts.ts';

const ROWS = 3_000;
const HOUR = 3_600_000;
const { label } = population(ROWS, 0);

/** A model of that skill on the common labels, trained through bar 499. */
function model(version: number, skill: number, changes: Partial<ComparedModel> = {}): ComparedModel {
  return {
    version,
    tradable: false,
    trainedThroughTime: 499 * HOUR,
    labels: RECIPE.labels,
    task: 'direction3',
    decision: LIKELIEST,
    answers: population(ROWS, skill).answers,
    ...changes,
  };
}

function compare(candidate: ComparedModel, champion: ComparedModel, changes: Partial<ComparisonInput> = {}) {
  return compareModels({
    series: 'coinbase:BTCUSD/1h',
    candidate,
    champion,
    openTime: Float64Array.from({ length: ROWS }, (_, row) => row * HOUR),
    label,
    gate: GATE,
    ...changes,
  });
}

test('a plainly better candidate passes, a plainly worse one fails', () => {
  const better = compare(model(2, 0.8), model(1, 0.2));
  assert.equal(better.rule.outcome, 'pass');
  assert.ok(better.difference.low! > 0);
  assert.ok(Math.abs(better.difference.value! - (better.candidateMcc! - better.championMcc!)) < 1e-15);
  const worse = compare(model(2, 0.2), model(1, 0.8));
  assert.equal(worse.rule.outcome, 'fail');
  assert.ok(worse.difference.high! < 0);
});

test('a champion against itself is inconclusive', () => {
  const { rule, difference } = compare(model(1, 0.5), model(1, 0.5));
  assert.equal(rule.outcome, 'inconclusive');
  assert.deepEqual(difference, { value: 0, low: 0, high: 0 });
  assert.match(rule.reason, /no difference is shown/);
});

test('an interval that contains 0 is inconclusive', () => {
  const champion = model(1, 0.5);
  const candidate = { ...model(2, 0.5), answers: champion.answers.slice() };
  for (let row = 0; row < ROWS; row += 10) {
    // The champion is right on four rows of five: one loss in five changes weighs up the gains.
    const answer = row % 50 === 0 ? (label[row]! + 1) % 3 : label[row]!;
    candidate.answers.set(
      [0, 1, 2].map(k => (k === answer ? 1 : 0)),
      row * 3,
    );
  }
  const { difference, rule } = compare(candidate, champion);
  assert.ok(difference.low! < 0 && difference.high! > 0);
  assert.equal(rule.outcome, 'inconclusive');
});

test('only bars after both models’ training count', () => {
  const got = compare(
    model(2, 0.8, { trainedThroughTime: 1_200 * HOUR }),
    model(1, 0.2, { trainedThroughTime: 700 * HOUR }),
  );
  assert.equal(got.bars, ROWS - 1_201);
  assert.equal(got.fromTime, 1_201 * HOUR);
  assert.equal(got.toTime, (ROWS - 1) * HOUR);
});

test('what a model answered on bars it has seen changes nothing', () => {
  const candidate = model(2, 0.5);
  const cheat = { ...candidate, answers: candidate.answers.slice() };
  for (let row = 0; row < 500; row++) {
    cheat.answers.set(
      [0, 1, 2].map(k => (k === label[row] ? 1 : 0)),
      row * 3,
    );
  }
  assert.deepEqual(compare(cheat, model(1, 0.5)), compare(candidate, model(1, 0.5)));
});

test('rows without a known label are left out', () => {
  const partly = label.slice();
  partly.fill(-1, ROWS - 10);
  const got = compare(model(2, 0.8), model(1, 0.2), { label: partly });
  assert.equal(got.bars, ROWS - 510);
  assert.equal(got.toTime, (ROWS - 11) * HOUR);
});

test('under the minimum of unseen bars nothing is decided, however good the candidate looks', () => {
  const { rule } = compare(model(2, 0.9, { trainedThroughTime: 2_000 * HOUR }), model(1, 0));
  assert.equal(rule.outcome, 'inconclusive');
  assert.match(rule.reason, /999 bars that neither has seen are too few to tell \(1000 are asked\)/);
});

test('without any unseen bar there are no numbers', () => {
  const got = compare(model(2, 0.9, { trainedThroughTime: ROWS * HOUR }), model(1, 0));
  assert.deepEqual(
    [got.bars, got.fromTime, got.candidateMcc, got.difference.value, got.rule.outcome],
    [0, null, null, null, 'inconclusive'],
  );
});

test('a tradable champion yields only to a tradable candidate', () => {
  const champion = model(1, 0.2, { tradable: true });
  assert.equal(compare(model(2, 0.8), champion).rule.outcome, 'fail');
  assert.equal(compare(model(2, 0.8, { tradable: true }), champion).rule.outcome, 'pass');
});

test('models with different labels are not compared', () => {
  const labels = { ...RECIPE.labels, horizonBars: 12 };
  const { rule } = compare(model(2, 0.8, { labels }), model(1, 0.2));
  assert.equal(rule.outcome, 'inconclusive');
  assert.match(rule.reason, /their labels differ/);
});

test('a champion that answers with no answers is refused', () => {
  const broken = model(1, 0.2, { answers: new Float32Array(ROWS * 3).fill(Number.NaN) });
  assert.throws(() => compare(model(2, 0.8), broken), { code: 'PREDICTION_INVALID' });
});
