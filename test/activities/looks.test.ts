import assert from 'node:assert/strict';
import test from 'node:test';
import { planSeriesLook, wholeGate } from '../../activities/series-looks.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Comparison, Look } from '../../contracts/comparison.ts';
import { seriesId } from '../../contracts/series.ts';
import { artifactsInUse } from '../../host/artifact-cleanup.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { loadRecipe } from '../../host/recipes.ts';
import type { VersionRecord } from '../../registry/registry.ts';
import { judgeInProcess, offerInProcess, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';
import { shiftLabels } from '../support/shifted-labels.ts';
import { trendingMarket } from '../support/trending-market.ts';

const SERIES = { ...SAMPLE.series, symbol: 'EDGEUSD' };
const ID = seriesId(SERIES);
const HOUR = 3_600_000;
const BARS = 9_000;
const SMALL = { 'train.params.rounds': 60, 'train.params.patience': 60 };

/** A home with bars of a market that drifts for days on end; the recipe learns it in a moment. */
async function trending(t: test.TestContext, bars = BARS): Promise<OpenRooms> {
  const rooms = await sampleRooms(t);
  await rooms.candles.append(SERIES, trendingMarket(bars, 0.15), { kind: 'spot', source: 'test' });
  return rooms;
}

async function trainAndOffer(
  rooms: OpenRooms,
  changes: Record<string, unknown> = {},
  asOfTime: number | null = null,
) {
  const recipe = await loadRecipe('gbdt-core15', [], { ...SMALL, ...changes });
  const trained = await trainInProcess(rooms, SERIES, recipe, asOfTime);
  return { trained, answer: await offerInProcess(rooms, SERIES, recipe, trained) };
}

async function looksOf({ registry }: OpenRooms): Promise<(Look | null)[]> {
  const verdicts = (await registry.events(ID)).filter(({ kind }) => kind === 'verdict');
  return verdicts.map(({ detail }) => (detail as unknown as { look: Look | null }).look);
}

test('a planted edge is promoted at the series’ first look, and its verdict says which look that was', async t => {
  const rooms = await trending(t);
  const { trained, answer } = await trainAndOffer(rooms);
  assert.equal(answer.outcome, 'promoted', answer.reason);
  assert.deepEqual(trained.registered.seeds, [2, 3]);
  const [look] = await looksOf(rooms);
  assert.deepEqual(look, answer.look);
  assert.deepEqual([look?.number, look?.freshBars], [1, look?.bars]);
  assert.match(
    answer.reason,
    /better than chance.*look 1 of the series, at level 0\.0219, on \d+ bars, 100\.0 %/,
  );

  await t.test('the seeds’ models are kept with the verdict that rests on them', async () => {
    const keep = await artifactsInUse(rooms.registry);
    const garbage = await rooms.artifacts.findGarbage(keep, 0, Date.now() + 30 * 24 * HOUR);
    assert.deepEqual(garbage, []);
  });

  await t.test('an offer of the champion is no look', async () => {
    const again = await judgeInProcess(rooms, SERIES, 1, 'again');
    assert.deepEqual([again.outcome, again.look], ['kept', null]);
  });

  await t.test(
    'another recipe on the same bars is not looked at, trains no seeds, and is told when to come back',
    async () => {
      const other = await trainAndOffer(rooms, { 'train.seed': 50 });
      assert.deepEqual(other.trained.registered.seeds, []);
      assert.deepEqual([other.answer.outcome, other.answer.look], ['kept', null]);
      assert.match(
        other.answer.reason,
        /0\.0 % are new since the 1 earlier look.*Wait for about \d+ bars more/,
      );
    },
  );

  await t.test(
    'the same model under another gate is not better than itself, asked twice it is one look',
    async () => {
      const { answer: first, trained: same } = await trainAndOffer(rooms, {
        'gate.minTrades': 31,
        'gate.minFreshShare': 0,
      });
      assert.equal(first.outcome, 'kept');
      assert.match(first.reason, /no difference is shown/);
      // The recipe with another seed was judged meanwhile, without a look.
      assert.equal(first.look?.number, 2);
      const second = await judgeInProcess(rooms, SERIES, same.registered.version, 'once more');
      assert.deepEqual([second.repeated, second.look], [true, first.look]);
      const { result } = await rooms.artifacts.load(first.comparison!);
      const { advantages } = result as unknown as Comparison;
      assert.deepEqual(advantages.mcc?.candidate, { value: 0, low: 0, high: 0 });
    },
  );
});

test('a look whose verdict was not written before the program ended counts by its promotion', async () => {
  const record = { series: ID, version: 1 } as VersionRecord;
  const look = { number: 1, level: 0.02, fromTime: 0, toTime: 5 };
  const detail = { move: 'promote', from: null, to: 1, detail: { against: null, look } };
  const registry = { events: async () => [{ kind: 'promote', version: 1, detail }] } as never;
  const next = await planSeriesLook({ registry }, { ...record, version: 2 }, 1, wholeGate({}));
  assert.deepEqual([next.number, next.used], [2, [{ fromTime: 0, toTime: 5 }]]);
  const same = await planSeriesLook({ registry }, record, null, wholeGate({}));
  assert.deepEqual(same, { number: 1, level: 0.02, used: [] });
});

test('with a quarter of new bars the same recipe is looked at again', async t => {
  const rooms = await trending(t, 12_000);
  const { openTime } = await rooms.candles.read(SERIES, { from: 0, to: Number.MAX_SAFE_INTEGER });
  const first = await trainAndOffer(rooms, {}, openTime[9_000]!);
  assert.equal(first.answer.outcome, 'promoted', first.answer.reason);
  const soon = await trainAndOffer(rooms, {}, openTime[9_300]!);
  assert.equal(soon.answer.look, null);
  const later = await trainAndOffer(rooms, {}, openTime[11_900]!);
  assert.equal(later.answer.look?.number, 2, later.answer.reason);
  assert.ok(later.answer.look!.freshBars < later.answer.look!.bars);
  assert.ok(later.answer.look!.level < first.answer.look!.level);
});

test('a version that was never offered has no other seeds, and says how to get them', async t => {
  const rooms = await trending(t);
  const recipe = await loadRecipe('gbdt-core15', [], SMALL);
  const { registered } = await trainInProcess(rooms, SERIES, recipe);
  const answer = await judgeInProcess(rooms, SERIES, registered.version, 'by hand');
  assert.deepEqual([answer.outcome, answer.look], ['kept', null]);
  assert.match(answer.reason, /2 other seeds.*Train it again, with promotion/);
  const single = await trainAndOffer(rooms, { 'gate.seeds': 1 });
  assert.equal(single.answer.outcome, 'promoted');
});

test('labels that were moved away from their bars promote nothing', async t => {
  const rooms = await trending(t);
  for (const by of [400, 2_500, 5_000]) {
    const recipe = await loadRecipe('gbdt-core15', [], { ...SMALL, 'train.seed': by });
    const trained = await trainInProcess(rooms, SERIES, recipe, null, dataset =>
      shiftLabels(rooms, dataset, by),
    );
    const answer = await offerInProcess(rooms, SERIES, recipe, trained);
    assert.notEqual(answer.outcome, 'promoted', answer.reason);
  }
});

test('a model that always says NO_TRADE, where nearly all is NO_TRADE, is rejected in one sentence', async t => {
  const rooms = await trending(t);
  const { trained, answer } = await trainAndOffer(rooms, {
    'labels.upAtr': 14,
    'labels.downAtr': 14,
    'train.classWeights': 'none',
    'decision.thresholds': 'likeliest',
  });
  assert.equal(answer.outcome, 'rejected');
  assert.match(
    answer.reason,
    /always .*answers NO_TRADE, which is the majority class \(9\d\.\d % of the truth\), so its accuracy of 9\d\.\d % shows no skill\./,
  );
  assert.deepEqual(trained.registered.seeds, []);
  assert.deepEqual(await looksOf(rooms), [null]);
});
