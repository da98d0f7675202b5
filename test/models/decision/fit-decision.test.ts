import assert from 'node:assert/strict';
import test from 'node:test';
import { decideClasses, decidedProbabilities, LIKELIEST } from '../../../contracts/decision.ts';
import { LONG, NO_TRADE, SHORT } from '../../../contracts/tasks.ts';
import { calibrate } from '../../../models/decision/calibration.ts';
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

test('without a clear gain the thresholds are the model’s own mean probabilities', () => {
  const { decision } = fitDecision({ ...rareTrades(4_000), effectiveRows: 5 });
  assert.ok(Math.abs(decision.thresholds!.reduce((sum, mean) => sum + mean, 0) - 1) < 1e-6);
});

/** Shares of the decided classes. */
function shares(input: DecisionInput): number[] {
  const { decision, calibration } = fitDecision(input);
  const decided = decideClasses('direction3', calibrate(input.scores, calibration!), decision);
  return [SHORT, NO_TRADE, LONG].map(k => decided.filter(value => value === k).length / decided.length);
}

test('scores that are too sharp or too flat by any factor are decided alike', () => {
  const input = { ...rareTrades(3_000), effectiveRows: 50 };
  const plain = shares(input);
  for (const factor of [0.5, 2, 4]) {
    const scaled = shares({ ...input, scores: input.scores.map(score => score * factor) });
    for (const k of [SHORT, NO_TRADE, LONG])
      assert.ok(Math.abs(scaled[k] - plain[k]) < 0.12, `${scaled} ${plain}`);
  }
});

test('a model that was trained with other shares of the classes, known or not, does not answer one of them only', () => {
  const input = { ...rareTrades(3_000), effectiveRows: 50 };
  const weights = [4, 0.3, 4];
  const weighted = input.scores.map((score, at) => score + Math.log(weights[at % 3]));
  const [plain, undone, unknown] = [
    shares(input),
    shares({ ...input, scores: weighted, classWeights: weights }),
    shares({ ...input, scores: weighted }),
  ];
  for (const k of [SHORT, NO_TRADE, LONG]) {
    assert.ok(Math.abs(undone[k] - plain[k]) < 1e-3);
    assert.ok(Math.abs(unknown[k] - plain[k]) < 0.2, `${unknown} ${plain}`);
  }
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
