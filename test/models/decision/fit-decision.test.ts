import assert from 'node:assert/strict';
import test from 'node:test';
import { decideClasses, decidedProbabilities, LIKELIEST } from '../../../contracts/decision.ts';
import { LONG, NO_TRADE, SHORT } from '../../../contracts/tasks.ts';
import { calibrate, noCalibration } from '../../../models/decision/calibration.ts';
import { type DecisionInput, fitDecision } from '../../../models/decision/fit-decision.ts';
import { confusionCounts, matthewsCorrelation } from '../../../statistics/confusion.ts';
import { generator } from '../fixtures.ts';

const random = generator(11);
const WANTED = { calibrate: true, thresholds: 'fitted' } as const;

/** Rare LONG and SHORT rows that the scores know a little of. */
function rareTrades(rows: number): DecisionInput {
  const label = Int8Array.from({ length: rows }, () => {
    const u = random();
    return u < 0.08 ? SHORT : u < 0.16 ? LONG : NO_TRADE;
  });
  const rates = [0.08, 0.84, 0.08];
  const scores = Float64Array.from(
    { length: 3 * rows },
    (_, at) =>
      Math.log(rates[at % 3]) + 1.5 * (random() - 0.5) + (label[Math.floor(at / 3)] === at % 3 ? 0.8 : 0),
  );
  return {
    task: 'direction3',
    scores,
    label,
    target: null,
    classWeights: [1, 1, 1],
    baseRates: rates,
    effectiveRows: rows,
    wanted: WANTED,
    breakEven: 0.0026,
  };
}

function mccOf(input: DecisionInput, probabilities: ArrayLike<number>, thresholds: readonly number[] | null) {
  const decided = decideClasses(input.task, probabilities, { thresholds });
  return matthewsCorrelation(confusionCounts(input.label, decided, 3), 3);
}

test('thresholds find the rare classes that the likeliest class never is', () => {
  const input = rareTrades(4_000);
  const { decision, calibration } = fitDecision(input);
  assert.ok(calibration);
  const [short, , long] = decision.thresholds!;
  assert.ok(Math.abs(short / long - 1) < 1e-12, 'equal base rates, equal thresholds');
  const probabilities = calibrate(input.scores, calibration);
  assert.ok(mccOf(input, probabilities, decision.thresholds) > mccOf(input, probabilities, null) + 0.05);
});

test('too few rows, or too few of a class, leave scores as trained and take the likeliest class', () => {
  for (const input of [rareTrades(60), { ...rareTrades(500), label: new Int8Array(500).fill(NO_TRADE) }]) {
    const { decision, calibration } = fitDecision({ ...input, classWeights: [4, 0.4, 4] });
    assert.deepEqual(decision, LIKELIEST);
    assert.deepEqual(calibration, { logWeights: [0, 0, 0], temperature: 1 });
  }
});

test('a recipe may ask for neither', () => {
  const { decision, calibration } = fitDecision({
    ...rareTrades(500),
    wanted: { calibrate: false, thresholds: 'likeliest' },
  });
  assert.deepEqual([decision, calibration?.temperature], [LIKELIEST, 1]);
});

test('an expected return is decided by the chance that it pays its costs', () => {
  const rows = 2_000;
  const scores = Float64Array.from({ length: rows }, () => 0.01 * (random() - 0.5));
  const target = Float32Array.from(scores, score => score + 0.02 * (random() - 0.5));
  const { decision, calibration } = fitDecision({
    ...rareTrades(rows),
    task: 'return',
    scores,
    label: new Int8Array(rows),
    target,
    classWeights: [],
    baseRates: [0.4, 0.2, 0.4],
  });
  assert.equal(calibration, null);
  assert.equal(decision.returns?.breakEven, 0.0026);
  assert.ok(Math.abs(decision.returns!.deviation - 0.02 / Math.sqrt(12)) < 5e-4);
  const [up, down] = [Float32Array.of(0.05), Float32Array.of(-0.05)];
  const p = decidedProbabilities('return', up, decision);
  assert.ok(p[LONG] > 0.99 && Math.abs(p[0] + p[1] + p[2] - 1) < 1e-6);
  assert.equal(decideClasses('return', p, decision)[0], LONG);
  assert.equal(decideClasses('return', decidedProbabilities('return', down, decision), decision)[0], SHORT);
});

test('without a clear gain the thresholds are the base rates', () => {
  const input = rareTrades(4_000);
  assert.deepEqual(fitDecision({ ...input, effectiveRows: 30 }).decision.thresholds, input.baseRates);
});

test('weights that are not undone are in the thresholds, so that decisions are the same', () => {
  const input = { ...rareTrades(2_000), effectiveRows: 1 };
  const weights = [4, 0.5, 4];
  const weighted = input.scores.map((score, at) => score + Math.log(weights[at % 3]));
  const raw = fitDecision({ ...input, wanted: { ...WANTED, calibrate: false } });
  const kept = fitDecision({
    ...input,
    scores: weighted,
    classWeights: weights,
    wanted: { ...WANTED, calibrate: false },
  });
  const decided = (scores: Float64Array, { decision }: typeof raw) =>
    decideClasses('direction3', calibrate(scores, noCalibration(3)), decision);
  assert.deepEqual(decided(weighted, kept), decided(input.scores, raw));
});

test('the class whose probability is the largest multiple of its threshold is chosen; of equal ones the first', () => {
  const decide = (row: number[], thresholds: number[]) => decideClasses('direction3', row, { thresholds })[0];
  assert.equal(decide([0.3, 0.4, 0.3], [0.2, 0.6, 0.29]), SHORT);
  assert.equal(decide([0.3, 0.4, 0.3], [0.31, 0.6, 0.29]), LONG);
  assert.equal(decide([0.3, 0.4, 0.3], [0.5, 0.5, 0.5]), NO_TRADE);
  assert.equal(decide([0.25, 0.5, 0.25], [0.25, 0.5, 0.25]), SHORT);
  assert.equal(decideClasses('approve2', [0.7, 0.3], { thresholds: [0.8, 0.2] })[0], 1);
  assert.equal(decideClasses('approve2', [0.7, 0.3], LIKELIEST)[0], 0);
});
