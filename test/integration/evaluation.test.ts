import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { EvaluationInput, EvaluationProgress, EvaluationResult } from '../../contracts/evaluation.ts';
import { seriesId } from '../../contracts/series.ts';
import { foldSchema } from '../../contracts/split.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { classificationMetrics } from '../../statistics/classification.ts';
import { readColumns } from '../../storage/arrow/column-file.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { near } from '../support/near.ts';
import { startCluster, type TestCluster } from '../support/temporal.ts';

const SERIES = seriesId(SAMPLE.series);
const TIMEOUT = { timeout: 180_000 };
const CLASSES = ['SHORT', 'NO_TRADE', 'LONG'];
/** Over the built-in recipe, so that a fold takes a second. */
const QUICK = ['train.params.rounds=20', 'gate.bootstrapDraws=100', 'gate.minTestRows=500'];
const WORDS = ['evaluate', 'BTCUSD', '1h', '--as-of', '2018-01-01', ...QUICK.flatMap(set => ['--set', set])];

type Answer = EvaluationResult & { files: { predictions: string; document: string } };

async function evaluate(home: TestCluster, ...more: string[]): Promise<Answer> {
  const told = await runCommand(home, ...WORDS, ...more, '--json');
  assert.equal(told.code, 0, told.stdout() + told.stderr());
  return JSON.parse(told.stdout());
}

/** When each fold was predicted, by its artifact. */
async function foldTimes({ home }: TestCluster): Promise<Map<string, number>> {
  const root = join(home.artifacts, 'fold');
  const names = await readdir(root).catch(() => []);
  const folds = names.filter(name => /^[0-9a-f]{64}$/.test(name));
  const times = await Promise.all(
    folds.map(async name => (await stat(join(root, name, 'predictions.arrow'))).mtimeMs),
  );
  return new Map(folds.map((name, i) => [name, times[i]]));
}

async function logged({ rooms }: TestCluster) {
  return (await rooms.registry.trials(SERIES)).map(({ detail, actor }) => ({
    ...(detail as unknown as { origin: string; score: { folds: number; value: number } }),
    actor,
  }));
}

test(
  'a recipe is retrained fold by fold, and what its models say unseen is one record, scored',
  TIMEOUT,
  async t => {
    const home = await startCluster(t);
    await home.startWorker('registry', 'training');
    const result = await evaluate(home, '--folds', '3', '--window', 'rolling');

    assert.deepEqual([result.folds.kind, result.foldScores.length, result.paths], ['walk-forward', 3, null]);
    const { columns, metadata } = await readColumns(result.files.predictions);
    assert.equal(metadata.get('classes'), CLASSES.join());
    const column = (name: string) => [...columns.get(name)!].map(Number);
    const [time, fold, label, decision] = ['bar_time', 'fold', 'label', 'decision'].map(column);
    assert.equal(time.length, result.rows);
    assert.ok(time.every((at, row) => row === 0 || at > time[row - 1]));
    assert.deepEqual([time[0], time.at(-1)], [result.fromTime, result.toTime]);
    for (const score of result.foldScores) {
      assert.equal(fold.filter(number => number === score.fold).length, score.rows.test);
      const first = fold.indexOf(score.fold);
      assert.equal(time[first], score.testFromTime);
    }
    const perClass = CLASSES.map(name => column(`p_${name}`));
    const probabilities = Float32Array.from(
      { length: 3 * time.length },
      (_, cell) => perClass[cell % 3][Math.floor(cell / 3)],
    );
    const metrics = classificationMetrics(label, probabilities, CLASSES, decision);
    assert.equal(result.record!.metrics.mcc, metrics.mcc);
    near(result.record!.metrics.logLoss, metrics.logLoss);
    assert.ok(result.record!.stability.months.length > 1);

    const [trial, ...others] = await logged(home);
    assert.deepEqual([trial.origin, trial.score.folds, trial.score.value], ['evaluation', 3, metrics.mcc]);
    assert.deepEqual(others, []);
    assert.equal(result.sharpe.trials, 1);

    await t.test(
      'the same again is cached and logged once; its table tells folds, slices and where it is kept',
      async () => {
        const before = await foldTimes(home);
        const again = await evaluate(home, '--folds', '3', '--window', 'rolling');
        assert.equal(again.cached, true);
        assert.deepEqual([again.artifact, again.sharpe], [result.artifact, result.sharpe]);
        assert.deepEqual(await foldTimes(home), before);
        assert.equal((await logged(home)).length, 1);
        const text = (await runCommand(home, ...WORDS, '--folds', '3', '--window', 'rolling')).stdout();
        assert.match(text, /^ +3 +\d{4}-\d\d-\d\d \d\d:\d\d /m);
        assert.match(text, /3 folds walk-forward \(rolling\): MCC −?0\.\d{3} \(/);
        assert.match(text, /^It did worst in /m);
        assert.match(text, /test block that the gate judges by was not read/);
        assert.ok(text.includes(result.files.predictions));
      },
    );

    await t.test('combinatorial folds are joined to paths, whose numbers are spread', async () => {
      const { record, paths, foldScores, files, rows } = await evaluate(home, '--combinatorial', '4/2');
      assert.equal(record, null);
      assert.deepEqual([foldScores.length, paths!.scores.length], [6, 3]);
      const told = await readColumns(files.predictions);
      assert.equal(told.columns.get('path')!.length, 3 * rows);
      assert.ok(paths!.spreads.mcc.min <= paths!.spreads.mcc.median);
      assert.match(
        (await runCommand(home, ...WORDS, '--combinatorial', '4/2')).stdout(),
        /2 of 4 groups tested: 3 paths; MCC .* in the middle/,
      );
      assert.equal((await logged(home)).length, 2);
    });

    await t.test('what it can’t mean is refused before anything runs', async () => {
      for (const [words, code, message] of [
        [['--combinatorial', '4/2', '--folds', '3'], 2, /goes without --folds/],
        [['--combinatorial', '2/2'], 2, /fewer than groups/],
        [['--combinatorial', '30/15'], 2, /more than 500 folds/],
        [['--combinatorial', 'six'], 2, /groups\/tested/],
        [['--folds', '1'], 2, /2 to 100/],
      ] as const) {
        const told = await runCommand(home, ...WORDS, ...words);
        assert.equal(told.code, code);
        assert.match(told.stderr(), message);
      }
      const ppo = await runCommand(
        home,
        'evaluate',
        'BTCUSD',
        '1h',
        '--recipe',
        'ppo-core15',
        '--combinatorial',
        '4/2',
      );
      assert.match(ppo.stderr(), /learns by trading bar after bar/);
    });
  },
);

test('an evaluation whose worker is killed goes on with the folds that are missing', TIMEOUT, async t => {
  const home = await startCluster(t);
  await home.startWorker('registry');
  const victim = await home.startWorker('training');
  const input: EvaluationInput = {
    series: SAMPLE.series,
    recipe: await loadRecipe('gbdt-core15', [], {
      'train.params.rounds': 30,
      'gate.bootstrapDraws': 100,
      'gate.minTestRows': 500,
    }),
    folds: foldSchema.parse({ kind: 'walk-forward', folds: 6 }),
    asOfTime: Date.UTC(2018, 0, 1),
    actor: 'test',
    maxWorkers: 1,
  };
  const { workflowId } = await home.orchestrator.startEvaluation(input);
  const handle = home.temporal.client.workflow.getHandle(workflowId);
  await eventually('two folds were made', async () => {
    const { done } = await handle.query<EvaluationProgress>('progress').catch(() => ({ done: 0 }));
    return done >= 2;
  });
  victim.kill('SIGKILL');
  await once(victim, 'exit');
  const before = await foldTimes(home);
  assert.ok(before.size >= 2 && before.size < 6);
  await home.startWorker('training');
  const result = await home.orchestrator.awaitEvaluation(workflowId);
  assert.equal(result.foldScores.length, 6);
  const after = await foldTimes(home);
  assert.equal(after.size, 6);
  for (const [fold, time] of before) assert.equal(after.get(fold), time, 'no fold was fitted again');
});
