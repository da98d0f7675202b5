import assert from 'node:assert/strict';
import { appendFile, chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createRegistryActivities } from '../../activities/registry-activities.ts';
import type { Rooms } from '../../activities/rooms.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { OfferDecision } from '../../contracts/evidence.ts';
import type { LifecycleOperation, MessageName, VersionOperation } from '../../contracts/messages.ts';
import { seriesId } from '../../contracts/series.ts';
import { checkChampions } from '../../host/champion-check.ts';
import { homeAt } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { readPackage } from '../../inference/package.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const SERIES = seriesId(SAMPLE.series);

/** A home with two versions, and its activities as one calls them. */
async function twoVersions(t: test.TestContext, overrides: Partial<Rooms> = {}) {
  const rooms = { ...(await sampleRooms(t)), ...overrides };
  for (const name of ['gbdt-core15', 'gbdt-boll4'])
    await trainInProcess(rooms, SAMPLE.series, await loadRecipe(name, []));
  const activities = createRegistryActivities(rooms);
  const operation = (message: MessageName, operationId: string, more: Partial<LifecycleOperation> = {}) => ({
    message,
    series: SAMPLE.series,
    operationId,
    actor: 'test',
    ...more,
  });
  return {
    rooms,
    describe: (version: number, operationId = 'look') =>
      runActivity(activities.describeOffer, operation('offer', operationId, { version }) as VersionOperation),
    settle: (version: number, decision: OfferDecision, champion: number | null, operationId: string) =>
      runActivity(activities.settleOffer, {
        ...(operation('offer', operationId, { version }) as VersionOperation),
        decision,
        reason: 'test',
        champion,
        comparison: null,
      }),
    promote: (version: number, operationId: string, reason?: string) =>
      runActivity(
        activities.promoteVersion,
        operation('promote', operationId, { version, reason }) as VersionOperation,
      ),
    rollBack: (operationId: string, version?: number) =>
      runActivity(activities.rollBack, operation('rollback', operationId, { version })),
    pause: (paused: boolean, operationId: string) =>
      runActivity(activities.setPaused, { ...operation(paused ? 'pause' : 'resume', operationId), paused }),
    retrain: (operationId: string) =>
      runActivity(activities.startRetraining, operation('retrain', operationId)),
    champion: async () => (await rooms.registry.champion(SERIES))?.version ?? null,
    kinds: async () => (await rooms.registry.events(SERIES)).map(({ kind }) => kind),
  };
}

test('an override needs a reason, is recorded as override, and moves the champion once', async t => {
  const home = await twoVersions(t);
  await assert.rejects(home.promote(1, 'a'), {
    type: 'USAGE',
    message: /never offered.*models offer coinbase:BTCUSD 1h v1/,
  });
  assert.equal(await home.champion(), null);
  assert.equal((await home.promote(1, 'a', 'I know better')).outcome, 'promoted');
  assert.equal((await home.promote(2, 'b', 'now this')).outcome, 'promoted');
  await home.promote(1, 'a', 'I know better');
  assert.equal(await home.champion(), 2);
  assert.deepEqual((await home.kinds()).filter(kind => kind === 'override').length, 2);
});

test('what awaits approval is approved without a reason, and is no override', async t => {
  const home = await twoVersions(t, { promotionMode: () => 'manual' });
  assert.equal((await home.describe(1)).promotion, 'manual');
  await home.settle(1, 'awaiting approval', null, 'offer');
  assert.equal(await home.champion(), null);
  assert.equal((await home.promote(1, 'approve')).outcome, 'promoted');
  const kinds = await home.kinds();
  assert.ok(kinds.includes('approval') && !kinds.includes('override'));

  await t.test('asked again, by a retry say, it is the same approval', async () => {
    assert.equal((await home.promote(1, 'approve')).reason, 'Approved.');
    assert.deepEqual(await home.kinds(), kinds);
  });
});

test('a version that was rolled back is seen as such; a rollback asked for twice steps back once', async t => {
  const home = await twoVersions(t);
  await home.settle(1, 'promoted', null, 'one');
  await home.settle(2, 'promoted', 1, 'two');
  assert.equal((await home.rollBack('back')).champion, 1);
  assert.equal((await home.rollBack('back')).champion, 1);
  assert.equal((await home.describe(2)).rolledBack, true);
  await assert.rejects(home.rollBack('further'), { type: 'CHAMPION_PREVIOUS_NONE' });
});

test('a rollback leads only to a version that was champion: any other has to be promoted', async t => {
  const home = await twoVersions(t);
  await home.settle(1, 'promoted', null, 'one');
  await assert.rejects(home.rollBack('back', 2), { type: 'CHAMPION_NEVER' });
  assert.equal(await home.champion(), 1);
  assert.equal((await home.describe(1)).rolledBack, false);
});

test('an approval holds only against the champion it was judged by, and not after a rollback', async t => {
  const home = await twoVersions(t, { promotionMode: () => 'manual' });
  await home.settle(2, 'awaiting approval', null, 'offer');
  await home.promote(1, 'meanwhile', 'another became champion');
  await assert.rejects(home.promote(2, 'late'), { type: 'USAGE', message: /reason/ });
  await home.settle(2, 'awaiting approval', 1, 'offer again');
  assert.equal((await home.promote(2, 'in time')).champion, 2);
  await home.rollBack('back');
  await assert.rejects(home.promote(2, 'after a rollback'), { type: 'USAGE' });
});

test('an operation id that was used for something else is refused, not answered with that', async t => {
  const home = await twoVersions(t);
  await home.pause(true, 'p1');
  await assert.rejects(home.describe(1, 'p1'), { type: 'OPERATION_REUSED' });
  await home.settle(1, 'rejected', null, 'o1');
  await assert.rejects(home.describe(2, 'o1'), { type: 'OPERATION_REUSED' });
});

test('a champion whose package is damaged is named by the offer and by the doctor', async t => {
  const home = await twoVersions(t);
  await home.settle(1, 'promoted', null, 'one');
  const doctor = () => checkChampions({ home: homeAt(home.rooms.home), now: Date.now });
  assert.equal((await home.describe(2)).championFault, null);
  assert.deepEqual(await doctor(), { outcome: 'ok', detail: '1 open and answer', mend: null });
  const { package: ref } = await home.rooms.registry.get(SERIES, 1);
  const card = (await home.rooms.artifacts.load(ref)).path('card.md');
  await chmod(card, 0o644);
  await appendFile(card, 'x');
  assert.match((await home.describe(2)).championFault ?? '', /v1: ARTIFACT_CORRUPT: .*card\.md/);
  const { outcome, detail } = await doctor();
  assert.equal(outcome, 'wrong');
  assert.match(detail, /^1 of 1 can’t serve: coinbase:BTCUSD\/1h v1: ARTIFACT_CORRUPT: .*card\.md/);
});

test('a champion whose artifacts were lost serves again once it is trained anew, slower or faster', async t => {
  const rooms = await sampleRooms(t);
  const recipe = await loadRecipe('gbdt-boll4', []);
  const train = async (slowness: number) => {
    const clock = { ...rooms.clock, monotonicMs: () => slowness * performance.now() };
    return await trainInProcess({ ...rooms, clock }, SAMPLE.series, recipe);
  };
  const first = await train(1);
  const promote = {
    message: 'promote',
    version: 1,
    operationId: 'a',
    actor: 'test',
    reason: 'test',
  } as const;
  await runActivity(createRegistryActivities(rooms).promoteVersion, { ...promote, series: SAMPLE.series });
  await rm(join(rooms.home, 'artifacts'), { recursive: true });
  assert.equal((await rooms.predictor.predict(SAMPLE.series)).model_version, null);

  const again = await train(3);
  assert.deepEqual(again.evidence.artifact, first.evidence.artifact);
  assert.deepEqual(again.registered.artifact, first.registered.artifact);
  assert.equal(again.registered.version, 1);
  assert.equal((await rooms.predictor.predict(SAMPLE.series)).model_version, 'v1');
  const { evidence } = await readPackage(rooms.artifacts, await rooms.registry.get(SERIES, 1));
  const latency = evidence.rules.find(({ rule }) => rule === 'latency');
  assert.ok((evidence.latencyMs ?? 0) > 0, 'what was measured is still told');
  assert.equal(latency?.numbers.latencyMs, evidence.latencyMs);
});

test('a decision against a champion that has moved since is not carried out', async t => {
  const home = await twoVersions(t);
  await home.settle(1, 'promoted', null, 'one');
  assert.deepEqual(await home.settle(2, 'promoted', null, 'stale'), { moved: true });
  assert.equal(await home.champion(), 1);
});

test('an offer that is settled again answers the same; one that says nothing new leaves no line', async t => {
  const home = await twoVersions(t);
  await home.settle(1, 'promoted', null, 'one');
  assert.equal((await home.describe(1, 'one')).answer?.outcome, 'promoted');
  await home.settle(2, 'kept', 1, 'two');
  const lines = (await home.kinds()).length;
  const again = await home.settle(2, 'kept', 1, 'three');
  assert.ok('repeated' in again && again.repeated);
  assert.equal((await home.kinds()).length, lines);
});

test('a paused series starts no retraining; resumed, it starts the champion’s recipe', async t => {
  const started: string[] = [];
  const home = await twoVersions(t, {
    orchestrator: {
      askLifecycle: () => Promise.reject(new Error('not asked')),
      awaitTraining: () => Promise.reject(new Error('not awaited')),
      trainingWorkflowId: () => 'train/x',
      startTraining: async ({ recipe }) => {
        started.push(recipe.name);
        return { workflowId: 'train/x', joined: false };
      },
    },
  });
  await home.settle(2, 'promoted', null, 'one');
  await home.pause(true, 'pause');
  await assert.rejects(home.retrain('no'), { type: 'USAGE' });
  await home.pause(false, 'resume');
  assert.equal((await home.retrain('yes')).workflowId, 'train/x');
  assert.deepEqual(started, ['gbdt-boll4']);
});
