import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { SearchedRecipe } from '../../contracts/search.ts';
import { seriesId } from '../../contracts/series.ts';
import type { SearchInput, SearchProgress } from '../../contracts/trials.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { startCluster, type TestCluster } from '../support/temporal.ts';

const SERIES = seriesId(SAMPLE.series);
const TIMEOUT = { timeout: 180_000 };
/** The sample's first months: a few thousand rows. */
const AS_OF = '2017-12-01';

/** Values over the built-in recipe that make a trial take a second. */
const QUICK = {
  'train.params.rounds': 20,
  'train.params.patience': 20,
  'gate.bootstrapDraws': 100,
  'gate.minTestRows': 500,
  'split.folds': { kind: 'walk-forward', folds: 2 },
};

async function search(
  space: Record<string, unknown>,
  changes: Record<string, unknown> = {},
): Promise<SearchInput> {
  const recipe = await loadRecipe('gbdt-search', [], {
    ...QUICK,
    search: { kind: 'grid', space },
    ...changes,
  });
  return {
    series: SAMPLE.series,
    recipe: recipe as SearchedRecipe,
    asOfTime: Date.parse(AS_OF),
    offer: true,
    actor: 'test',
    maxWorkers: 2,
  };
}

async function run({ orchestrator }: TestCluster, input: SearchInput) {
  const { workflowId } = await orchestrator.startSearch(input);
  return await orchestrator.awaitSearch(workflowId);
}

async function doneTrials({ temporal }: TestCluster, workflowId: string): Promise<number> {
  try {
    const { done } = await temporal.client.workflow.getHandle(workflowId).query<SearchProgress>('progress');
    return done;
  } catch {
    return 0;
  }
}

/** When each fold was predicted, by its artifact. */
async function foldTimes({ home }: TestCluster): Promise<Map<string, number>> {
  const root = join(home.artifacts, 'fold');
  const folds = (await readdir(root)).filter(name => /^[0-9a-f]{64}$/.test(name));
  const times = await Promise.all(
    folds.map(async name => (await stat(join(root, name, 'predictions.arrow'))).mtimeMs),
  );
  return new Map(folds.map((name, i) => [name, times[i]]));
}

test(
  'a search whose worker is killed goes on without repeating a trial; the same again is cached and chooses the same',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry');
    const victim = await home.startWorker('training');
    const input = await search({ 'train.params.num_leaves': { choices: [2, 4, 6, 8] } });
    const { workflowId } = await home.orchestrator.startSearch(input);
    await eventually('two trials were scored', async () => (await doneTrials(home, workflowId)) >= 2);
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const before = await foldTimes(home);
    await home.startWorker('training');
    const result = await home.orchestrator.awaitSearch(workflowId);

    assert.equal(result.trials.length, 4);
    assert.ok(result.trials.every(({ ok }) => ok));
    const after = await foldTimes(home);
    assert.equal(after.size, 4 * 2);
    for (const [fold, time] of before) assert.equal(after.get(fold), time, 'no fold was fitted again');
    const [first] = result.trials;
    assert.equal(first.trial, result.best);
    // Four trials and the training of the best of them.
    assert.equal((await home.rooms.registry.trials(SERIES)).length, 5);
    assert.equal(result.training.version, 1);
    assert.ok(result.training.offer);

    const again = await run(home, { ...input, maxWorkers: 1 });
    assert.ok(again.trials.every(row => row.ok && row.cached));
    assert.ok(again.training.steps.every(({ step, cached }) => cached || step === 'offerVersion'));
    assert.deepEqual([again.best, again.search, again.training.version], [result.best, result.search, 1]);
    assert.equal((await home.rooms.registry.trials(SERIES)).length, 5);
  },
);

test(
  'one trial that fails is a line of the table; the command shows it, the plot and the winner',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const space = { 'filter.threshold': { choices: [1e-9, 20] } };
    const words = [
      'train',
      'BTCUSD',
      '1h',
      '--recipe',
      'gbdt-search',
      '--search',
      '--as-of',
      AS_OF,
      '--no-promote',
    ];
    const set = Object.entries({ ...QUICK, filter: { kind: 'robust-z' }, search: { kind: 'grid', space } });
    for (const [path, value] of set) words.push('--set', `${path}=${JSON.stringify(value)}`);
    const told = await runCommand(home, ...words, '--json');
    assert.equal(told.code, 0, told.stdout() + told.stderr());
    const document = JSON.parse(told.stdout());
    assert.deepEqual(
      document.trials.map(({ trial, ok }: { trial: number; ok: boolean }) => [trial, ok]),
      [
        [2, true],
        [1, false],
      ],
    );
    assert.equal(document.trials[1].error.code, 'DATASET_TOO_SMALL');
    assert.equal((await stat(document.files.plot)).isFile(), true);
    assert.equal(document.training.offer, null);

    const text = (await runCommand(home, ...words)).stdout();
    assert.match(text, /^\* +2 +20 +2 +-?0\.\d+/m);
    assert.match(text, /^ +1 +1e-9 +2 +failed .*DATASET_TOO_SMALL: /m);
    assert.match(text, /^Its plot: .*trials\.svg$/m);
    assert.match(
      text,
      /^coinbase:BTCUSD\/1h v1, trial 2 \(filter\.threshold 20\): registered, not offered$/m,
    );

    const trials = JSON.parse(
      (await runCommand(home, 'models', 'trials', 'BTCUSD', '1h', '--json')).stdout(),
    );
    assert.deepEqual([trials.configurations, trials.trials.length], [1, 2]);
    for (const trial of trials.trials) assert.deepEqual(trial.settings, { 'filter.threshold': 20 });
    assert.match(
      (await runCommand(home, 'models', 'trials', 'BTCUSD', '1h')).stdout(),
      /filter\.threshold 20 +search .*mcc.*\n.*filter\.threshold 20 +training +validation /,
    );
    assert.match(
      (await runCommand(home, 'models', 'show', 'BTCUSD', '1h', 'v1')).stdout(),
      /^Sharpe ratio .* per bar/m,
    );
  },
);

test(
  'a cancelled search has ended soon, its trials with it, and leaves nothing half-written',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const slow = { 'train.params.rounds': 5_000, 'train.params.patience': 5_000 };
    const input = await search({ 'train.params.num_leaves': { choices: [30, 31, 32] } }, slow);
    const { workflowId } = await home.orchestrator.startSearch(input);
    const { client } = home.temporal;
    const trial = client.workflow.getHandle(`${workflowId}/1-2`);
    await eventually('a fold told of its progress', async () => {
      const { raw } = await trial.describe().catch(() => ({ raw: { pendingActivities: [] } }));
      const [pending] = raw.pendingActivities ?? [];
      return (
        pending?.activityType?.name === 'scoreTrial' && Boolean(pending.heartbeatDetails?.payloads?.length)
      );
    });
    const status = JSON.parse((await runCommand(home, 'status', '--json')).stdout());
    const shown = status.work.find((row: { workflowId: string }) => row.workflowId === workflowId);
    assert.deepEqual([shown.kind, shown.series, shown.recipe], ['search', [SERIES], 'gbdt-search']);
    const started = performance.now();
    await client.workflow.getHandle(workflowId).cancel();
    await assert.rejects(home.orchestrator.awaitSearch(workflowId), { code: 'TRAINING_CANCELLED' });
    assert.ok(performance.now() - started < 5_000, 'far more than the second it takes, for slow machines');
    assert.equal((await trial.describe()).status.name, 'CANCELLED');
    const left = await readdir(join(home.home.artifacts, 'fold'), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      left.filter(entry => entry.isFile()),
      [],
    );
  },
);
