import assert from 'node:assert/strict';
import test from 'node:test';
import type { LookPlan } from '../../contracts/comparison.ts';
import { LIKELIEST } from '../../contracts/decision.ts';
import type { GateSpec } from '../../contracts/recipe.ts';
import {
  type ComparedModel,
  type ComparisonInput,
  compareModels,
} from '../../evaluation/comparison/compare-models.ts';
import { planLook } from '../../evaluation/comparison/looks.ts';
import { GATE, population, RECIPE, walk } from './facts.ts';

const ROWS = 3_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BARS = ROWS + 10;
const candles = walk(BARS);
const { label } = population(ROWS, 0);
const FIRST = planLook([], 0.05);

/** A model of that skill on the common labels, trained through bar 499. */
function model(version: number, skill: number, changes: Partial<ComparedModel> = {}): ComparedModel {
  return {
    version,
    tradable: false,
    trainedThroughTime: 499 * HOUR,
    dataToTime: (ROWS - 1) * HOUR,
    labels: RECIPE.labels,
    task: 'direction3',
    decision: LIKELIEST,
    answers: population(ROWS, skill).answers,
    ...changes,
  };
}

/** Where no seeds are given, two that answer as the candidate does. */
function compare(
  candidate: ComparedModel,
  champion: ComparedModel | null,
  changes: Partial<ComparisonInput> = {},
) {
  const { decision, answers } = candidate;
  return compareModels({
    series: 'coinbase:BTCUSD/1h',
    candidate,
    champion,
    otherSeeds: [2, 3].map(seed => ({ seed, decision, answers })),
    openTime: Float64Array.from({ length: ROWS }, (_, row) => row * HOUR),
    bar: Int32Array.from({ length: ROWS }, (_, row) => row),
    label,
    candles,
    atr: new Float64Array(BARS).fill(5),
    signalSides: null,
    costs: RECIPE.costs,
    market: 'swap',
    gate: GATE,
    plan: FIRST,
    ...changes,
  });
}

/** Decisions that are right of the next hours' move on a share of the rows, so that they earn by it. */
function foresight(share: number): Float32Array {
  const answers = new Float32Array(ROWS * 3);
  for (let row = 0; row < ROWS; row++) {
    const up = candles.close[row + 6]! > candles.open[row + 1]!;
    const answer = (row * 7) % 100 < 100 * share === up ? 2 : 0;
    answers[row * 3 + answer] = 1;
  }
  return answers;
}

test('a plainly better candidate passes, a plainly worse one fails', () => {
  const better = compare(model(2, 0.8), model(1, 0.2));
  assert.equal(better.rule.outcome, 'pass');
  const { mcc } = better.advantages;
  assert.ok(mcc!.candidate.low! > 0 && mcc!.seeds.low! > 0);
  assert.ok(Math.abs(mcc!.candidate.value! - (better.candidateMcc! - better.championMcc!)) < 1e-15);
  const worse = compare(model(2, 0.2), model(1, 0.8));
  assert.equal(worse.rule.outcome, 'fail');
  assert.ok(worse.advantages.mcc!.candidate.high! < 0);
});

test('a champion against itself is inconclusive', () => {
  const { rule, advantages, look } = compare(model(1, 0.5), model(1, 0.5));
  assert.equal(rule.outcome, 'inconclusive');
  assert.deepEqual(advantages.mcc?.candidate, { value: 0, low: 0, high: 0 });
  assert.deepEqual(advantages.netReturnPerBar?.seeds, { value: 0, low: 0, high: 0 });
  assert.match(rule.reason, /no difference is shown/);
  assert.equal(look?.number, 1);
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
  const { advantages, rule } = compare(candidate, champion);
  assert.ok(advantages.mcc!.candidate.low! < 0 && advantages.mcc!.candidate.high! > 0);
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

test('under the minimum of unseen bars nothing is looked at, however good the candidate is', () => {
  const { rule, look, advantages } = compare(
    model(2, 0.9, { trainedThroughTime: 2_000 * HOUR }),
    model(1, 0),
  );
  assert.equal(rule.outcome, 'inconclusive');
  assert.match(rule.reason, /999 bars that neither has seen are too few to tell \(1000 are asked\)/);
  assert.deepEqual([look, advantages.mcc], [null, null]);
});

test('without any unseen bar there are no numbers', () => {
  const got = compare(model(2, 0.9, { trainedThroughTime: ROWS * HOUR }), model(1, 0));
  assert.deepEqual(
    [got.bars, got.fromTime, got.candidateMcc, got.advantages.mcc, got.rule.outcome],
    [0, null, null, null, 'inconclusive'],
  );
});

test('a tradable champion yields only to a tradable candidate, and by what both earn', () => {
  const champion = model(1, 0, { tradable: true, answers: foresight(0.5) });
  const skilled = model(2, 0.8);
  assert.equal(compare(skilled, champion).rule.outcome, 'fail');
  const { rule, decidedBy } = compare({ ...skilled, tradable: true }, champion);
  assert.deepEqual(decidedBy, ['netReturnPerBar']);
  assert.equal(rule.outcome, 'inconclusive', 'labels that have nothing to do with prices earn nothing');
  const earning = model(3, 0, { tradable: true, answers: foresight(0.95) });
  const better = compare(earning, champion);
  assert.equal(better.rule.outcome, 'pass', better.rule.reason);
  assert.ok(better.advantages.netReturnPerBar!.candidate.low! > 0);
  assert.equal(compare({ ...champion, version: 4 }, { ...earning, version: 3 }).rule.outcome, 'fail');
});

test('a seed that was lucky is not enough: the mean over the seeds must be better too', () => {
  const { decision } = model(1, 0);
  const otherSeeds = [2, 3].map(seed => ({ seed, decision, answers: population(ROWS, 0).answers }));
  const { rule, otherSeeds: told } = compare(model(2, 0.6), model(1, 0.45), { otherSeeds });
  assert.equal(rule.outcome, 'inconclusive');
  assert.match(rule.reason, /it is better, but not the mean over its seeds/);
  assert.deepEqual(
    told.map(({ seed }) => seed),
    [2, 3],
  );
});

test('where the other seeds were not trained nothing is looked at', () => {
  const { rule, look } = compare(model(2, 0.8), model(1, 0.2), { otherSeeds: null });
  assert.deepEqual([rule.outcome, look], ['inconclusive', null]);
  assert.match(rule.reason, /2 other seeds.*is missing\. Train it again/);
});

test('without a champion MCC and directional AUC must both be beyond chance at the look’s level', () => {
  const skilled = compare(model(1, 0.5), null);
  assert.equal(skilled.rule.rule, 'first-champion');
  assert.equal(skilled.rule.outcome, 'pass', skilled.rule.reason);
  assert.deepEqual(skilled.decidedBy, ['mcc', 'directionalAuc']);
  assert.equal(skilled.champion, null);
  assert.equal(compare(model(1, 0), null).rule.outcome, 'inconclusive');
});

test('without a champion, skill in volatility alone is not enough', () => {
  const { answers } = population(ROWS, 0.6);
  for (let row = 0; row < ROWS; row++) {
    // Who knows that something will happen, and not what, gives both directions the same chance.
    const [short, long] = [answers[row * 3]!, answers[row * 3 + 2]!];
    const tilt = ((row * 37) % 101) / 101 - 0.5;
    answers[row * 3] = ((short + long) / 2) * (1 + tilt);
    answers[row * 3 + 2] = ((short + long) / 2) * (1 - tilt);
  }
  const { advantages, rule } = compare(model(1, 0, { answers }), null);
  assert.ok(advantages.mcc!.candidate.low! > 0);
  assert.ok(advantages.directionalAuc!.candidate.low! <= 0);
  assert.equal(rule.outcome, 'inconclusive');
});

test('without a champion a recipe that asks for earnings in place of skill is judged by what it earns', () => {
  const gate: GateSpec = { ...GATE, rules: { skill: 'reported', edge: 'required' } };
  const earning = compare(model(1, 0, { answers: foresight(0.95) }), null, { gate });
  assert.deepEqual([earning.rule.outcome, earning.decidedBy], ['pass', ['netReturnPerBar']]);
  assert.match(earning.rule.reason, /net return per bar \d.* bp/);
  assert.equal(compare(model(1, 0.8), null, { gate }).rule.outcome, 'fail', 'costs, and nothing for them');
  const both = compare(model(1, 0.8), null, { gate: { ...GATE, rules: { edge: 'required' } } });
  assert.deepEqual(both.decidedBy, ['mcc', 'directionalAuc', 'netReturnPerBar']);
  assert.notEqual(both.rule.outcome, 'pass');
});

test('bars that earlier looks used up are not looked at again, and it says how long to wait', () => {
  const used = [{ fromTime: 0, toTime: 2_500 * HOUR }];
  const plan: LookPlan = { number: 2, level: 0.007, used };
  const { rule, look } = compare(model(2, 0.9), model(1, 0), { plan });
  assert.deepEqual([rule.outcome, look], ['inconclusive', null]);
  // Of 2,500 unseen bars 499 are new; 168 more make a quarter of 2,668.
  assert.match(rule.reason, /20\.0 % are new since the 1 earlier look .*Wait for about 168 bars more/);
  const fresh = compare(model(2, 0.9), model(1, 0), {
    plan: { ...plan, used: [{ fromTime: 0, toTime: 2_300 * HOUR }] },
  });
  assert.deepEqual([fresh.rule.outcome, fresh.look?.freshBars], ['pass', 699]);
});

test('a smaller level asks for more: wider intervals, from at least 50 draws beyond the bound', () => {
  const at = (level: number) => compare(model(2, 0.5), model(1, 0.4), { plan: { ...FIRST, level } });
  const [loose, strict] = [at(0.02), at(0.0005)];
  assert.ok(strict.advantages.mcc!.candidate.low! < loose.advantages.mcc!.candidate.low!);
  for (const { look } of [loose, strict]) {
    assert.ok(look!.tail < look!.level && look!.draws * look!.tail >= 50);
  }
  assert.ok(strict.look!.draws > 100_000);
});

test('an error that is as good as spent leaves the choice to an operator', () => {
  const { rule, look } = compare(model(2, 0.9), model(1, 0), { plan: { ...FIRST, level: 1e-7 } });
  assert.deepEqual([rule.outcome, look], ['inconclusive', null]);
  assert.match(rule.reason, /as good as spent.*An operator has to choose/);
});

test('an old champion yields to what is not worse by the margin, where the recipe says so', () => {
  const gate: GateSpec = { ...GATE, refresh: { maxAgeDays: 30, margin: 0.1 } };
  const old = model(1, 0.5, { dataToTime: (ROWS - 1) * HOUR - 31 * DAY });
  assert.equal(compare(model(2, 0.5), old).rule.outcome, 'inconclusive');
  const refreshed = compare(model(2, 0.5), old, { gate });
  assert.equal(refreshed.rule.outcome, 'pass');
  assert.match(refreshed.rule.reason, /data ends 31 days before/);
  const young = model(1, 0.5, { dataToTime: (ROWS - 1) * HOUR - 30 * DAY });
  assert.equal(compare(model(2, 0.5), young, { gate }).rule.outcome, 'inconclusive');
  assert.equal(compare(model(2, 0.2), old, { gate }).rule.outcome, 'fail');
  const tradable = { ...old, tradable: true };
  assert.equal(compare(model(2, 0.5), tradable, { gate }).rule.outcome, 'fail');
});

test('an old champion that is traded does not yield to what is shown to earn less, whatever its MCC', () => {
  const gate: GateSpec = { ...GATE, refresh: { maxAgeDays: 30, margin: 0.3 } };
  const tradable = { tradable: true };
  const dataToTime = (ROWS - 1) * HOUR - 31 * DAY;
  const old = model(1, 0, { ...tradable, dataToTime, answers: foresight(0.9) });
  const poorer = compare(model(2, 0, { ...tradable, answers: foresight(0.1) }), old, { gate });
  assert.ok(
    poorer.advantages.mcc!.candidate.low! > -0.3 && poorer.advantages.netReturnPerBar!.candidate.high! < 0,
  );
  assert.equal(poorer.rule.outcome, 'fail');
  assert.equal(
    compare(model(2, 0, { ...tradable, answers: old.answers }), old, { gate }).rule.outcome,
    'pass',
  );
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
