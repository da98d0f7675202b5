import assert from 'node:assert/strict';
import test from 'node:test';
import { LIKELIEST } from '../../contracts/decision.ts';
import type { Review, ReviewedVersion } from '../../contracts/probation.ts';
import { volatilityPerBar } from '../../datasets/labels/volatility.ts';
import {
  barsOfNextLook,
  lookLevel,
  type ReviewedModel,
  type ReviewInput,
  reviewVersions,
} from '../../evaluation/probation/review-versions.ts';
import { judgeReview } from '../../evaluation/probation/verdict.ts';
import { GATE, population, RECIPE, walk } from './facts.ts';

const CANDLES = walk(2_000);
const FIRST = 100;
const ROWS = 1_500;
const BAR = Int32Array.from({ length: ROWS }, (_, row) => FIRST + row);
const { label } = population(ROWS, 0);
const ATR = volatilityPerBar(CANDLES, 'atr14');

/** A model of that skill on the common labels. */
function model(skill: number, changes: Partial<ReviewedModel> = {}): ReviewedModel {
  return {
    task: 'direction3',
    decision: LIKELIEST,
    labels: RECIPE.labels,
    answers: population(ROWS, skill).answers,
    label,
    atr: ATR,
    signalSides: null,
    ...changes,
  };
}

function review(champion: ReviewedModel, previous: ReviewedModel, changes: Partial<ReviewInput> = {}) {
  return reviewVersions({
    champion,
    previous,
    bar: BAR,
    candles: CANDLES,
    market: 'swap',
    recipe: RECIPE,
    measure: 'mcc',
    look: { number: 1, level: lookLevel(1) },
    ...changes,
  });
}

test('levels of all looks together stay under 5 %, the first gets most', () => {
  const levels = Array.from({ length: 100_000 }, (_, index) => lookLevel(index + 1));
  const sum = levels.reduce((total, level) => total + level, 0);
  assert.ok(sum < 0.05 && sum > 0.0499, `${sum}`);
  assert.ok(levels.every((level, index) => index === 0 || level < levels[index - 1]!));
});

test('a look needs what the gate asks of a comparison, then a quarter of bars that no look used', () => {
  const gate = { ...GATE, minComparisonBars: 1_000 };
  assert.equal(barsOfNextLook(0, 24, gate), 1_000);
  assert.equal(barsOfNextLook(0, 100, gate), 2_000, 'ten blocks of twice the horizon');
  assert.equal(barsOfNextLook(3_000, 24, gate), 4_000);
});

test('a champion that is plainly worse has an upper bound below 0; the other way round it is better', () => {
  const worse = review(model(0.2), model(0.8));
  assert.ok(worse.bound!.high! < 0 && worse.difference!.mcc.high! < 0);
  assert.ok(worse.champion.metrics.mcc < worse.previous.metrics.mcc);
  assert.ok(review(model(0.8), model(0.2)).bound!.low! > 0);
});

test('a version against itself differs by nothing, in MCC and in money', () => {
  const { difference, bound } = review(model(0.5), model(0.5));
  assert.deepEqual(difference, {
    mcc: { value: 0, low: 0, high: 0 },
    netReturnPerBar: { value: 0, low: 0, high: 0 },
  });
  assert.deepEqual(bound, { value: 0, low: 0, high: 0 });
});

test('a later look asks for more: its bounds are wider than the 95 % interval', () => {
  const { difference, bound } = review(model(0.4), model(0.5), { look: { number: 5, level: lookLevel(5) } });
  assert.ok(bound!.low! < difference!.mcc.low! && bound!.high! > difference!.mcc.high!);
});

test('of a tradable champion money decides, by the same bars and costs for both', () => {
  const measure = 'netReturnPerBar';
  const { bound, difference } = review(model(0.2), model(0.8), { measure });
  assert.equal(bound!.value, difference!.netReturnPerBar.value);
  const { champion, previous } = review(model(0.2), model(0.8), { measure });
  assert.equal(champion.backtest.costsPerSideBps, previous.backtest.costsPerSideBps);
});

test('versions with other labels answer different questions: MCC is not compared', () => {
  const other = model(0.5, { labels: { ...RECIPE.labels, horizonBars: RECIPE.labels.horizonBars + 1 } });
  const { difference, bound } = review(model(0.5), other);
  assert.deepEqual(difference!.mcc, { value: null, low: null, high: null });
  assert.equal(bound!.low, null);
  assert.notEqual(difference!.netReturnPerBar.value, null);
});

test('what is no look decides nothing', () => {
  assert.equal(review(model(0.2), model(0.8), { look: null }).bound, null);
});

const VERSION: ReviewedVersion = { version: 3, tradable: false, fault: null, latencyMs: 0.1, score: null };
const FAULT = { kind: 'answers', code: 'PREDICTION_INVALID', message: 'NaN.' } as const;

function facts(changes: Partial<Review> = {}): Omit<Review, 'verdict' | 'reason'> {
  return {
    series: 'coinbase:BTCUSD/1h',
    champion: VERSION,
    previous: { ...VERSION, version: 2 },
    since: 0,
    bars: 1_200,
    fromTime: 0,
    toTime: 1,
    freshBars: 1_200,
    look: { number: 1, level: lookLevel(1) },
    nextLookBars: 1_600,
    measure: 'mcc',
    difference: { mcc: bounds(-0.03, 0.01), netReturnPerBar: bounds(-1e-4, 1e-4) },
    bound: bounds(-0.04, 0.02),
    barsToDetect: 11_700,
    ...changes,
  };
}

function bounds(low: number, high: number) {
  return { value: (low + high) / 2, low, high };
}

test('the verdict goes by the bound at the look’s level, and a fault of the champion comes first', () => {
  const verdictOf = (changes: Partial<Review>) => judgeReview(facts(changes)).verdict;
  assert.equal(verdictOf({ bound: bounds(-0.08, -0.01) }), 'worse');
  assert.equal(verdictOf({ bound: bounds(0.01, 0.08) }), 'better');
  assert.equal(verdictOf({ bound: bounds(-0.08, 0) }), 'inconclusive');
  assert.equal(verdictOf({ look: null, bound: null }), 'too early');
  assert.equal(verdictOf({ champion: { ...VERSION, fault: FAULT } }), 'faulty');
  assert.equal(
    verdictOf({ bound: bounds(-0.08, -0.01), previous: { ...VERSION, fault: FAULT } }),
    'inconclusive',
  );
  assert.equal(verdictOf({ previous: null, look: null, bound: null }), 'inconclusive');
});

test('inconclusive says the interval, the level, and how long detection takes', () => {
  const { reason } = judgeReview(facts());
  assert.match(reason, /^v3 against v2: no difference is shown on 1,200 bars since its promotion/);
  assert.match(reason, /look 1 decides by MCC −0.040 to 0.020, each bound at a level of 2.2 %/);
  assert.match(reason, /0.05 MCC shows after 11,700 bars, about 16 months\.$/);
});

test('what comes too early says how many bars are missing', () => {
  const { reason } = judgeReview(facts({ look: null, bound: null, bars: 1, nextLookBars: 1_000 }));
  assert.match(reason, /1 bar since its promotion; the next comparison that may roll back needs 999 more/);
});

test('the promised error holds: versions of one skill, looked at again and again, are rarely found worse', () => {
  let rolledBack = 0;
  const runs = 60;
  const gate = { ...GATE, bootstrapDraws: 200 };
  for (let run = 0; run < runs; run++) {
    const truth = population(ROWS, 0, 0.3, 2 * run + 1).label;
    const [champion, previous] = [
      population(ROWS, 0, 0.3, 7_000 + run),
      population(ROWS, 0, 0.3, 9_000 + run),
    ];
    let looks = 0;
    for (const rows of [700, 1_000, 1_400]) {
      const level = lookLevel(++looks);
      const part = (answers: Float32Array) => ({
        answers: answers.slice(0, rows * 3),
        label: truth.slice(0, rows),
      });
      const { bound } = review(model(0, part(champion.answers)), model(0, part(previous.answers)), {
        bar: BAR.slice(0, rows),
        recipe: { ...RECIPE, gate },
        look: { number: looks, level },
      });
      if (bound!.high! < 0) {
        rolledBack++;
        break;
      }
    }
  }
  assert.ok(rolledBack <= 8, `${rolledBack} of ${runs}`);
});
