import assert from 'node:assert/strict';
import { appendFile, chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { createRegistryActivities } from '../../activities/registry-activities.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { LifecycleAnswer } from '../../contracts/messages.ts';
import { seriesId } from '../../contracts/series.ts';
import { composeRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { homeAt } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const SERIES = seriesId(SAMPLE.series);
const DAY = 86_400_000;
/** Both versions know bars up to here; the sample goes on for over a year. */
const TRAINED = Date.parse('2019-01-01');

/** A home with a sound version v1 and one of RSI alone, v2; trained once, each test works on a copy. */
const trained = (async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alphaloom-trained-'));
  const { rooms, close } = await openRooms(folder, { now: TRAINED });
  await rooms.candles.append(SAMPLE.series, await readCandleFile(SAMPLE.path), {
    kind: SAMPLE.kind,
    source: 'sample',
  });
  for (const name of ['gbdt-core15', 'gbdt-rsi'])
    await trainInProcess(rooms, SAMPLE.series, await loadRecipe(name, []), TRAINED);
  await close();
  return folder;
})();
after(async () => rm(await trained, { recursive: true }));

/** Rooms whose clock and registry stand where `time` is set. */
async function openRooms(root: string, time: { now: number }) {
  const home = homeAt(root);
  const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
  const opened = await composeRooms({ home, environment: process.env, loaded, client: null });
  const registry = await openSqliteRegistry(join(root, 'dated.sqlite'), { now: () => time.now });
  const clock = { now: () => time.now, monotonicMs: () => performance.now() };
  const close = async () => {
    registry.close();
    await opened.close();
  };
  return { rooms: { ...opened, registry, clock }, close };
}

/** A home whose clock stands where the test sets it, with v1 promoted, and v2 after it. */
async function onProbation(t: test.TestContext) {
  const time = { now: TRAINED };
  const root = await temporaryHome(t);
  await cp(await trained, root, { recursive: true });
  const { rooms, close } = await openRooms(root, time);
  t.after(close);
  const { registry } = rooms;
  const activities = createRegistryActivities(rooms);
  const training = createTrainingActivities(rooms);
  const operation = (message: 'promote' | 'review' | 'pause', operationId: string, version?: number) => ({
    ...{ message, series: SAMPLE.series, operationId, actor: 'test', reason: 'test' },
    ...(version !== undefined && { version }),
  });
  for (const version of [1, 2])
    await runActivity(activities.promoteVersion, operation('promote', `p${version}`, version) as never);
  let reviews = 0;
  return {
    rooms,
    activities,
    pause: () => runActivity(activities.setPaused, { ...operation('pause', 'pause'), paused: true }),
    /** What the workflow does: looks, then settles. */
    async review(day: number, { actor = 'test', operationId = `r${++reviews}` } = {}) {
      time.now = TRAINED + day * DAY;
      const asked = { ...operation('review', operationId), actor };
      const outcome = await runActivity(training.reviewChampion, asked);
      if ('answer' in outcome) return outcome.answer;
      const settled = await runActivity(activities.settleReview, { ...asked, review: outcome.review });
      assert.ok('outcome' in settled);
      return settled as LifecycleAnswer;
    },
    champion: async () => (await registry.champion(SERIES))?.version,
    probations: async () => (await registry.events(SERIES)).filter(({ kind }) => kind === 'probation'),
    /** Changes a byte of a version's package. */
    async damage(version: number) {
      const { package: ref } = await registry.get(SERIES, version);
      const model = (await rooms.artifacts.load(ref)).path('model.onnx');
      await chmod(model, 0o644);
      await appendFile(model, 'x');
    },
  };
}

test('a champion that does worse on the bars since its promotion yields to the one before it, once there are enough', async t => {
  const home = await onProbation(t);
  const early = await home.review(10);
  assert.equal(early.outcome, 'kept');
  assert.equal(early.review?.verdict, 'too early');
  assert.equal(early.review?.look, null);
  assert.ok(early.review!.bars > 150 && early.review!.bars <= 240, `${early.review!.bars}`);
  assert.match(early.reason, /needs \d+ more/);

  const late = await home.review(400);
  const { champion, previous, bound, look, fromTime } = late.review!;
  assert.match(late.reason, /^v2 against v1: it is worse on 6,\d{3} bars since its promotion \(MCC /);
  assert.ok(fromTime! >= TRAINED - 3_600_000, 'only bars closed since the promotion');
  assert.ok(champion.score!.metrics.mcc < previous!.score!.metrics.mcc);
  assert.equal(look?.number, 1);
  assert.equal(late.outcome, bound!.high! < 0 ? 'rolled back' : 'kept');
  assert.equal(late.outcome, 'rolled back');
  assert.equal(await home.champion(), 1);
  const again = await home.review(400, { operationId: 'r2' });
  assert.deepEqual(again, late, 'the same operation is answered the same');
  assert.equal((await home.probations()).length, 2);
  const offered = await runActivity(home.activities.describeOffer, {
    ...{ message: 'offer', series: SAMPLE.series, operationId: 'o', actor: 'test', version: 2 },
  } as never);
  assert.equal(offered.rolledBack, true, 'it is not promoted again by itself');
});

test('looks are not multiplied by asking: the next needs a quarter of fresh bars, at a stricter level', async t => {
  const home = await onProbation(t);
  const first = (await home.review(60)).review!;
  assert.deepEqual([first.look?.number, first.freshBars], [1, first.bars]);
  const second = (await home.review(61)).review!;
  assert.equal(second.verdict, 'too early');
  assert.ok(second.freshBars <= 24 && second.nextLookBars === Math.ceil(first.bars / 0.75));
  const third = (await home.review(90)).review!;
  if (first.verdict !== 'worse') assert.ok(third.look!.level < first.look!.level);
});

test('a champion that can’t be opened is rolled back at once; without a version before it, it stays and says so', async t => {
  const home = await onProbation(t);
  await home.damage(2);
  const answer = await home.review(1, { actor: 'schedule' });
  assert.equal(answer.outcome, 'rolled back');
  assert.equal(answer.review?.champion.fault?.kind, 'load');
  assert.match(answer.reason, /v2 can’t be opened: .*model\.onnx/);
  assert.equal(await home.champion(), 1);
  await home.damage(1);
  const stuck = await home.review(2, { actor: 'schedule' });
  assert.equal(stuck.outcome, 'kept');
  assert.match(stuck.reason, /no champion before v1 to go back to/);
  assert.equal((await home.probations()).length, 2);
  await home.review(3, { actor: 'schedule' });
  assert.equal((await home.probations()).length, 2, 'the same again leaves no line');
});

test('a fault of the version before is no reason to go back to it, nor is any in a paused series', async t => {
  const home = await onProbation(t);
  await home.damage(1);
  const answer = await home.review(400);
  assert.equal(answer.outcome, 'kept');
  assert.match(answer.reason, /v1 can’t be opened.*nothing to compare with/);
  const paused = await onProbation(t);
  await paused.pause();
  await paused.damage(2);
  assert.match((await paused.review(1)).reason, /series is paused/);
  assert.equal(await paused.champion(), 2);
});

test('a version over the time its recipe allows is rolled back', async t => {
  let slowness = 1;
  const home = await onProbation(t);
  const { rooms } = home;
  (rooms.clock as { monotonicMs(): number }).monotonicMs = () => slowness * performance.now();
  assert.equal((await home.review(1)).outcome, 'kept');
  slowness = 1e6;
  const both = await home.review(1);
  assert.equal(both.review?.champion.fault?.kind, 'latency');
  assert.match(both.reason, /v2 is too slow.*v1 can’t take over/);
});

test('what nobody asked for and says nothing new leaves no line', async t => {
  const home = await onProbation(t);
  await home.review(5, { actor: 'schedule' });
  assert.equal((await home.probations()).length, 0);
  await home.review(6);
  assert.equal((await home.probations()).length, 1);
});

test('reviews by themselves come as often as configured, and only where there is a champion', async t => {
  const home = await onProbation(t);
  const period = (activities = home.activities) =>
    runActivity(activities.reviewPeriod, { series: SAMPLE.series });
  assert.deepEqual(await period(), { everyMs: DAY });
  const never = createRegistryActivities({ ...home.rooms, lifecycle: { reviewEveryHours: 0 } });
  assert.deepEqual(await period(never), { everyMs: null });
  const other = { ...SAMPLE.series, symbol: 'ETHUSD' };
  assert.deepEqual(await runActivity(home.activities.reviewPeriod, { series: other }), { everyMs: null });
});

test('an operation id of something else is refused; what is no fault of the model is no reason to roll back', async t => {
  const home = await onProbation(t);
  await assert.rejects(home.review(1, { operationId: 'p1' }), { type: 'OPERATION_REUSED' });
  const gone = {
    ...home.rooms.candles,
    describe: () => Promise.reject(new AlphaloomError('CANDLES_NOT_FOUND', 'gone')),
  };
  const { reviewChampion } = createTrainingActivities({ ...home.rooms, candles: gone as never });
  const asked = { message: 'review', series: SAMPLE.series, operationId: 'x', actor: 'test' } as const;
  await assert.rejects(runActivity(reviewChampion, asked), { type: 'CANDLES_NOT_FOUND' });
  assert.equal(await home.champion(), 2);
});
