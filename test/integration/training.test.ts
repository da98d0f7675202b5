import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE } from '../../candles/sample/index.ts';
import { runProgram } from '../../cli/program.ts';
import { followWorkflow } from '../../cli/workflow-progress.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { seriesId } from '../../contracts/series.ts';
import type { TrainModelInput } from '../../contracts/training.ts';
import { ageOfGarbage } from '../../host/artifact-cleanup.ts';
import { readHomeId } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
import type { RunningWork } from '../../host/running-work.ts';
import { capture, contextIn, runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';
import { startCluster, type TestCluster } from '../support/temporal.ts';

const SERIES = seriesId(SAMPLE.series);
const TIMEOUT = { timeout: 120_000 };
const DAY_MS = 86_400_000;

function training(recipe: Recipe, changes: Partial<TrainModelInput> = {}): TrainModelInput {
  return { series: SAMPLE.series, recipe, asOfTime: null, offer: true, actor: 'test', ...changes };
}

async function train({ orchestrator }: TestCluster, input: TrainModelInput) {
  const { workflowId } = await orchestrator.startTraining(input);
  return await orchestrator.awaitTraining(workflowId);
}

/** Long enough (some seconds) to be killed or cancelled in the middle. */
async function slowRecipe(): Promise<Recipe> {
  return await loadRecipe('gbdt-core15', [], {
    'train.params.rounds': 1_500,
    'train.params.patience': 1_500,
  });
}

async function fitIsRunning({ temporal }: TestCluster, workflowId: string): Promise<void> {
  await eventually('the fit told of its progress', async () => {
    const { raw } = await temporal.client.workflow.getHandle(workflowId).describe();
    const [pending] = raw.pendingActivities ?? [];
    return pending?.activityType?.name === 'fitModel' && Boolean(pending.heartbeatDetails?.payloads?.length);
  });
}

async function modelBytes({ rooms }: TestCluster, version: number): Promise<Buffer> {
  const { package: ref } = await rooms.registry.get(SERIES, version);
  return await readFile((await rooms.artifacts.load(ref)).path('model.onnx'));
}

test(
  'a training ends in a registered, judged version; the same again is cached; another seed trains anew',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const recipe = await loadRecipe('gbdt-core15', []);

    const first = await train(home, training(recipe));
    assert.equal(first.version, 1);
    assert.deepEqual(
      first.steps.map(({ step, cached }) => [step, cached]),
      [
        ['exportSnapshot', false],
        ['labelDataset', false],
        ['fitModel', false],
        ['quantizeModel', false],
        ['validateModel', false],
        ['registerVersion', false],
        ...(first.eligible ? [['fitSeeds', false]] : []),
        ['offerVersion', false],
      ],
    );
    const champion = await home.rooms.registry.champion(SERIES);
    assert.equal(first.offer?.decision, first.eligible ? 'promoted' : 'rejected');
    assert.equal(first.offer?.look?.number ?? null, first.eligible ? 1 : null);
    assert.equal(champion?.version ?? null, first.eligible ? 1 : null);

    const again = await train(home, training(recipe));
    assert.equal(again.version, 1);
    assert.ok(again.steps.every(({ cached }) => cached));
    assert.equal((await home.rooms.registry.list(SERIES)).length, 1);

    const quiet = await runCommand(home, 'train', 'BTCUSD', '1h', '--quiet');
    assert.match(quiet.stdout(), /^coinbase:BTCUSD\/1h v1: .*\n$/, 'one line');
    const loud = (await runCommand(home, 'train', 'BTCUSD', '1h')).stdout();
    const [, report] = /^Its dataset: (.*report\.md)$/m.exec(loud) ?? assert.fail(loud);
    assert.match(await readFile(report, 'utf8'), /^# Dataset of coinbase:BTCUSD\/1h/);

    const inAWeek = { now: () => Date.now() + 8 * DAY_MS };
    const collect = async (...words: string[]) => {
      const { output, stdout } = capture({ json: true });
      const argv = ['artifacts', 'gc', ...words];
      await runProgram(argv, output, () => contextIn(home, output, inAWeek));
      return JSON.parse(stdout());
    };
    const orphan = await home.rooms.artifacts.save('fit', { orphan: true }, async folder => {
      await writeFile(join(folder, 'trees'), '12345');
      return null;
    });
    const { garbage, freed } = await collect('--dry-run');
    // A trial's score stands in the registry; its artifact may go.
    const paths = garbage.map(({ path }: { path: string }) => path);
    const made = paths.filter((path: string) => !path.includes('/trial/'));
    assert.deepEqual([made.length, freed], [1, 0], paths.join());
    assert.ok(made[0].endsWith(orphan.artifact.inputHash));
    assert.ok((await collect()).freed > 5);
    const untouched = await train(home, training(recipe));
    assert.ok(
      untouched.steps.every(({ cached }) => cached),
      'all that a version was made from is there',
    );

    // The next seeds were fitted already, as the first training's others.
    const seeded = await train(home, training(await loadRecipe('gbdt-core15', [], { 'train.seed': 9 })));
    assert.equal(seeded.version, 2);
    assert.deepEqual(
      seeded.steps.slice(0, 4).map(({ cached }) => cached),
      [true, true, false, false],
    );
  },
);

test(
  'a training whose worker is killed in the middle ends in the same bytes as an undisturbed one',
  TIMEOUT,
  async t => {
    const disturbed = await startCluster(t);
    await disturbed.startWorker('registry');
    const victim = await disturbed.startWorker('training');
    const { workflowId } = await disturbed.orchestrator.startTraining(training(await slowRecipe()));
    await fitIsRunning(disturbed, workflowId);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    await disturbed.startWorker('training');
    const { version } = await disturbed.orchestrator.awaitTraining(workflowId);

    const undisturbed = await trainElsewhere(t);
    assert.deepEqual(await modelBytes(disturbed, version), undisturbed);
  },
);

/** The same training in a home of its own, left in peace. */
async function trainElsewhere(t: TestContext): Promise<Buffer> {
  const rooms = await sampleRooms(t);
  const { model } = await trainInProcess(rooms, SAMPLE.series, await slowRecipe());
  return await readFile((await rooms.artifacts.load(model.artifact)).path('model.onnx'));
}

test('a killed Temporal server loses nothing: restarted, the training goes on', TIMEOUT, async t => {
  const home = await startCluster(t);
  await home.startWorker('registry', 'training');
  const { workflowId } = await home.orchestrator.startTraining(training(await slowRecipe()));
  await fitIsRunning(home, workflowId);
  await home.killServer();
  await sleep(300);
  await home.startServer();
  const result = await home.orchestrator.awaitTraining(workflowId);
  assert.equal(result.version, 1);
});

test('a cancelled training has ended within a second, and leaves nothing half-written', TIMEOUT, async t => {
  const home = await startCluster(t);
  await home.startWorker('registry', 'training');
  const { workflowId } = await home.orchestrator.startTraining(training(await slowRecipe()));
  await fitIsRunning(home, workflowId);
  const started = performance.now();
  await home.temporal.client.workflow.getHandle(workflowId).cancel();
  await assert.rejects(home.orchestrator.awaitTraining(workflowId), { code: 'TRAINING_CANCELLED' });
  assert.ok(performance.now() - started < 5_000, 'far more than the second it takes, for slow machines');
  const left = await readdir(join(home.home.artifacts, 'fit'));
  assert.deepEqual(left, []);
});

test(
  'Ctrl-C leaves a training that somebody else started; cancelling a fleet leaves the training it joined',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const { client } = home.temporal;
    const status = async (id: string) => (await client.workflow.getHandle(id).describe()).status.name;
    const input = training(await slowRecipe());
    const own = await home.orchestrator.startTraining(input);
    assert.equal(own.joined, false);
    await fitIsRunning(home, own.workflowId);

    const work = await home.orchestrator.startTraining({ ...input, actor: 'another' });
    assert.deepEqual(work, { workflowId: own.workflowId, joined: true });
    const ctrlC = new AbortController();
    const { output, stdout } = capture();
    const context = contextIn(home, output, { interruption: () => ctrlC.signal });
    const following = followWorkflow(context, client, work, 'The training');
    ctrlC.abort();
    assert.equal(await following, false);
    assert.match(stdout(), /Ctrl-C leaves it running/);
    assert.equal(await status(own.workflowId), 'RUNNING');

    const items = [{ workflowId: own.workflowId, input }];
    const fleet = await home.orchestrator.startFleet({ items, maxWorkers: 1 });
    await eventually('the fleet waits for the training', async () => {
      const { raw } = await client.workflow.getHandle(fleet.workflowId).describe();
      return raw.pendingActivities?.[0]?.activityType?.name === 'awaitTraining';
    });
    await client.workflow.getHandle(fleet.workflowId).cancel();
    await assert.rejects(home.orchestrator.awaitFleet(fleet.workflowId), { code: 'TRAINING_CANCELLED' });
    assert.equal(await status(own.workflowId), 'RUNNING');

    const starters = new AbortController();
    const starter = followWorkflow(
      contextIn(home, output, { interruption: () => starters.signal }),
      client,
      own,
      'The same, by its starter',
    );
    starters.abort();
    assert.equal(await starter, true);
    assert.equal(await status(own.workflowId), 'CANCELLED');
  },
);

test(
  'status tells of a detached training its series, recipe and step, of a fleet its series, and what is paused',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const slow = ['--set', 'train.params.rounds=1500', '--set', 'train.params.patience=1500'];
    const detached = await runCommand(home, 'train', 'BTCUSD', '1h', ...slow, '--detach', '--json');
    assert.equal(detached.code, 0, detached.stdout());
    const { workflowId } = JSON.parse(detached.stdout());
    await fitIsRunning(home, workflowId);
    await runCommand(home, 'train', 'BTCUSD,NOSUCHUSD', '1h', ...slow, '--set', 'train.seed=2', '--detach');
    await runCommand(home, 'models', 'pause', 'BTCUSD', '1h', '--reason', 'holiday');

    await eventually('the list knows both, and the fleet’s trainings', async () => {
      const { work } = JSON.parse((await runCommand(home, 'status', '--json')).stdout());
      return work.length >= 3;
    });
    const [{ startedTime: oldest }] = JSON.parse((await runCommand(home, 'status', '--json')).stdout()).work;
    const homeId = await readHomeId(home.home);
    const inAMonth = Date.now() + 30 * DAY_MS;
    const age = await ageOfGarbage(home.temporal.client, homeId, DAY_MS, inAMonth);
    assert.ok(age > inAMonth - oldest, 'what a running training has used is never garbage');

    const { work, paused } = JSON.parse((await runCommand(home, 'status', '--json')).stdout());
    const { startedTime, ...training } = work.find((row: RunningWork) => row.workflowId === workflowId);
    assert.deepEqual(training, {
      workflowId,
      kind: 'training',
      series: [SERIES],
      recipe: 'gbdt-core15',
      step: 'fitModel',
      waiting: false,
    });
    assert.ok(Date.now() - startedTime < 60_000);
    assert.ok(work.find((row: RunningWork) => row.kind === 'fleet').series.includes(SERIES));
    assert.deepEqual([paused[0].series, paused[0].reason], [SERIES, 'holiday']);
    const text = (await runCommand(home, 'status')).stdout();
    assert.match(text, new RegExp(`${workflowId} .*gbdt-core15 .*fitModel`));
    assert.match(text, /coinbase:BTCUSD\/1h paused since .* UTC by .*: holiday/);
  },
);

test('in a fleet one broken series fails with its reason and the others finish', TIMEOUT, async t => {
  const home = await startCluster(t);
  await home.startWorker('registry', 'training');
  const recipe = await loadRecipe('gbdt-rsi', []);
  const symbols = ['BTCUSD', 'NOSUCHUSD', 'BTCUSD'];
  const items = symbols.map((symbol, index) => ({
    workflowId: `train/fleet-test/${index}`,
    input: training(
      { ...recipe, train: { ...recipe.train, seed: index } },
      { series: { ...SAMPLE.series, symbol } },
    ),
  }));
  const { workflowId } = await home.orchestrator.startFleet({ items, maxWorkers: 2 });
  const { rows, falsePromotions } = await home.orchestrator.awaitFleet(workflowId);
  assert.deepEqual(
    rows.map(row => row.ok),
    [true, false, true],
  );
  const looks = rows.flatMap(row => (row.ok && row.result.offer?.look) || []);
  assert.equal(falsePromotions?.looks, looks.length);
  const failed = rows[1];
  assert.ok(!failed.ok && failed.error.code === 'CANDLES_NOT_FOUND', JSON.stringify(failed));
});

test(
  'signals by hand and updates move the champion once per operation; nonsense is refused and recorded',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const { orchestrator, rooms, temporal } = home;
    await train(home, training(await loadRecipe('gbdt-core15', []), { offer: false }));
    await train(home, training(await loadRecipe('gbdt-boll4', []), { offer: false }));
    const champion = async () => (await rooms.registry.champion(SERIES))?.version;

    const ask = (version: number, operationId: string) =>
      orchestrator.askLifecycle(SAMPLE.series, 'promote', { version, reason: 'test', operationId });
    assert.equal((await ask(1, 'one')).outcome, 'promoted');
    assert.equal((await ask(2, 'two')).outcome, 'promoted');
    const lifecycle = temporal.client.workflow.getHandle(`model/${SERIES}`);
    await lifecycle.signal('rollback', {});
    await eventually('the rollback was done', async () => (await champion()) === 1);
    await ask(2, 'two');
    assert.equal(await champion(), 1, 'an operation asked for again is not done again');
    await assert.rejects(ask(1, 'two'), { code: 'OPERATION_REUSED' });

    await assert.rejects(
      orchestrator.askLifecycle(SAMPLE.series, 'promote', {
        version: 99,
        reason: 'test',
        operationId: 'three',
      }),
      { code: 'VERSION_NOT_FOUND' },
    );
    await lifecycle.signal('rollback', { verzion: 3 });
    await lifecycle.signal('pause', { reason: 'holiday' });
    await eventually('the series was paused', () => rooms.registry.isPaused(SERIES));
    const offered = await orchestrator.askLifecycle(SAMPLE.series, 'offer', {
      version: 2,
      operationId: 'four',
    });
    assert.equal(offered.outcome, 'kept');
    const kinds = (await rooms.registry.events(SERIES)).map(({ kind }) => kind);
    assert.ok(kinds.includes('refused'));
    assert.deepEqual((await rooms.registry.check(SERIES)).problems, []);
  },
);

test('a damaged package is refused by name and the champion before it keeps serving', TIMEOUT, async t => {
  const home = await startCluster(t);
  await home.startWorker('registry', 'training');
  const { orchestrator, rooms } = home;
  await train(home, training(await loadRecipe('gbdt-core15', []), { offer: false }));
  await train(home, training(await loadRecipe('gbdt-boll4', []), { offer: false }));
  const promote = (version: number, operationId: string) =>
    orchestrator.askLifecycle(SAMPLE.series, 'promote', { version, reason: 'test', operationId });
  await promote(1, 'one');
  const { package: ref } = await rooms.registry.get(SERIES, 2);
  const path = (await rooms.artifacts.load(ref)).path('model.onnx');
  await flipByte(path);
  await assert.rejects(promote(2, 'two'), { code: 'ARTIFACT_CORRUPT', message: /model\.onnx/ });
  assert.equal((await rooms.registry.champion(SERIES))?.version, 1);
  assert.equal((await rooms.predictor.predict(SAMPLE.series)).model_version, 'v1');
});

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] ^= 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}
