import assert from 'node:assert/strict';
import { appendFile, chmod } from 'node:fs/promises';
import test from 'node:test';
import { createRegistryActivities } from '../../activities/registry-activities.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import { seriesId } from '../../contracts/series.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { runCommand } from '../support/command.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const SERIES = seriesId(SAMPLE.series);

/** A home with v1 (core15) and v2 (boll4, another seed and fewer leaves); v1 was promoted by an override, then v2. */
async function twoVersions(t: test.TestContext) {
  const rooms = await sampleRooms(t);
  const changed = { 'train.seed': 5, 'train.params.num_leaves': 7 };
  await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-core15', []));
  await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-boll4', [], changed));
  const activities = createRegistryActivities(rooms);
  for (const version of [1, 2]) {
    await runActivity(activities.promoteVersion, {
      ...{ message: 'promote', series: SAMPLE.series, operationId: `p${version}`, actor: 'cli:ada', version },
      reason: `because of ${version}`,
    } as const);
  }
  const place = { home: { root: rooms.home }, environment: {} };
  return {
    rooms,
    place,
    run: (...words: string[]) => runCommand(place, 'models', ...words),
    json: async (...words: string[]) =>
      JSON.parse((await runCommand(place, 'models', ...words, '--json')).stdout()),
  };
}

test('versions of a series on the command line', async t => {
  const home = await twoVersions(t);
  await t.test('versions are listed and shown with their estimator and its parameters', async () => {
    const { run, json } = home;
    assert.match((await run('list')).stdout(), /v1 +- +- +gbdt-core15 +lightgbm/);
    const { versions } = await json('list', 'BTCUSD', '1h');
    assert.deepEqual(
      versions.map((row: { estimator: string; champion: boolean }) => [row.estimator, row.champion]),
      [
        ['lightgbm', false],
        ['lightgbm', true],
      ],
    );
    const shown = (await run('show', 'BTCUSD', '1h')).stdout();
    assert.match(shown, /v2 \(gbdt-boll4\), champion/);
    assert.match(shown, /estimator lightgbm, seed 5, 1 thread, class weights balanced: .*num_leaves 7/);
    assert.equal((await json('show', 'BTCUSD', '1h', 'v1')).train.params.num_leaves, 15);
  });

  await t.test(
    'versions side by side: what differs in recipe, data and features, and what was found of each',
    async () => {
      const { run, json } = home;
      const { rows, champion, sameTestBlock } = await json('show', 'BTCUSD', '1h', 'v1', 'v2');
      assert.equal(champion, 2);
      const values = (section: string, what: string) =>
        rows.find((row: { section: string; what: string }) => row.section === section && row.what === what)
          ?.values;
      assert.deepEqual(values('recipe', 'name'), ['gbdt-core15', 'gbdt-boll4']);
      assert.deepEqual(values('recipe', 'train.params.num_leaves'), ['15', '7']);
      assert.deepEqual(values('recipe', 'train.seed'), ['1', '5']);
      assert.equal(values('recipe', 'labels.horizonBars'), undefined, 'what is the same in both is left out');
      assert.deepEqual(values('features', 'features'), ['15', '4']);
      assert.equal(values('features', 'not in all')[1], null);
      assert.match(values('features', 'not in all')[0], /rsi_14/);
      assert.match(values('test block', 'MCC')[0], /^0\.\d{3} \[−?0\.\d{3}, 0\.\d{3}\]$/);
      assert.ok(
        values('gate', 'skill').every((outcome: string) => /^(pass|fail|inconclusive)$/.test(outcome)),
      );
      const text = (await run('show', 'BTCUSD', '1h', 'v2', 'v1')).stdout();
      assert.match(text, /v2 \(champion\) against v1/);
      assert.match(text, sameTestBlock ? /judged on the same bars/ : /judged on different bars/);
    },
  );

  await t.test('comparing needs different versions that exist', async () => {
    const { run } = home;
    assert.equal((await run('show', 'BTCUSD', '1h', 'v1', 'v1')).code, 2);
    const unknown = await run('show', 'BTCUSD', '1h', 'v1', 'v9');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr(), /VERSION_NOT_FOUND/);
    assert.equal((await run('show', 'BTCUSD', '1h', 'v1', 'best')).code, 2);
  });

  await t.test('who was champion at a time, since when, by whom and why, with the evidence', async () => {
    const { rooms, run, json } = home;
    const [first, second] = (await rooms.registry.events(SERIES)).filter(({ kind }) => kind === 'promote');
    const now = new Date().toISOString();
    const told = await json('history', 'BTCUSD', '1h', '--at', now);
    assert.equal(told.champion.version, 2);
    assert.deepEqual([told.before, told.until, told.why.actor], [1, null, 'cli:ada']);
    assert.equal(told.why.reason, 'because of 2');
    assert.deepEqual(told.why.because, ['override']);
    assert.equal(told.since, new Date(second!.at).toISOString());
    assert.ok(told.why.evidence.rules.some(({ rule }: { rule: string }) => rule === 'skill'));

    const earlier = await json('history', 'BTCUSD', '1h', '--at', new Date(first!.at).toISOString());
    assert.equal(earlier.champion.version, first!.at === second!.at ? 2 : 1);
    const text = (await run('history', 'BTCUSD', '1h', '--at', now)).stdout();
    assert.match(text, /v2 \(gbdt-boll4\) was champion/);
    assert.match(text, /made champion by an operator’s override of the gate \(promote by cli:ada\)/);
    assert.match(text, /why: because of 2/);
    const before = await json('history', 'BTCUSD', '1h', '--at', '2001-01-01');
    assert.equal(before.champion, null);
  });

  await t.test('what is not there is named before any work begins', async () => {
    const wrong: readonly (readonly [string[], RegExp])[] = [
      [['reproduce', 'BTCUSD', '1h', 'v9'], /VERSION_NOT_FOUND/],
      [['reproduce', 'BTCUSD', '1h', 'best'], /Expected a version/],
      [['history', 'BTCUSD', '1h', '--at', '2100-01-01'], /TIME_INVALID.*--at .*lies in the future/],
      [['test', 'BTCUSD', '1h', '--version', 'v9'], /VERSION_NOT_FOUND/],
      [['test', 'BTCUSD', '1h', '--bars', '0'], /whole number from 1/],
      [['test', 'ETHUSD', '1h', '--version', 'v1'], /VERSION_NOT_FOUND/],
      [['review', 'ETHUSD', '1h'], /ETHUSD/],
      [['review', 'BTCUSD', '1h', 'v1'], /too many arguments/],
    ];
    for (const [words, message] of wrong) {
      const { code, stderr } = await home.run(...words);
      assert.equal(code, 2, words.join(' '));
      assert.match(stderr(), message);
    }
  });

  await t.test('a version is asked by name on the command line', async () => {
    const predict = (...words: string[]) => runCommand(home.place, 'predict', 'BTCUSD', '1h', ...words);
    const told = await predict('--version', 'v1');
    assert.match(told.stdout(), /by ML_PER_COIN_V1 v1, asked by name; v2 serves, so it is not tradable/);
    const { asked_by_name, tradable } = JSON.parse((await predict('--version', 'v1', '--json')).stdout());
    assert.deepEqual([asked_by_name, tradable], [{ champion: 'v2' }, false]);
    assert.equal((await predict('--version', 'v9')).code, 2);
  });

  await t.test('who was champion is told also where its package is damaged', async () => {
    const { rooms, run } = home;
    const { package: ref } = await rooms.registry.get(SERIES, 2);
    const card = (await rooms.artifacts.load(ref)).path('card.md');
    await chmod(card, 0o644);
    await appendFile(card, 'x');
    const told = await run('history', 'BTCUSD', '1h', '--at', new Date().toISOString());
    assert.equal(told.code, 0);
    assert.match(told.stdout(), /evidence can’t be read: ARTIFACT_CORRUPT/);
    assert.match((await run('list')).stdout(), /gbdt-boll4 +ARTIFACT_CORRUPT/);
  });
});
