import assert from 'node:assert/strict';
import { appendFile, chmod } from 'node:fs/promises';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { ModelCheck } from '../../contracts/model-check.ts';
import { seriesId } from '../../contracts/series.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { runCommand } from '../support/command.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const SERIES = seriesId(SAMPLE.series);

test('a trained version is put to the test on the command line', async t => {
  const rooms = await sampleRooms(t);
  await trainInProcess(rooms, SAMPLE.series, await loadRecipe('gbdt-core15', []));
  const run = (...words: string[]) =>
    runCommand({ home: { root: rooms.home }, environment: {} }, 'models', 'test', ...words);

  await t.test('all checks pass, each with its numbers', async () => {
    const { code, stdout } = await run('BTCUSD', '1h', '--version', 'v1', '--bars', '300', '--json');
    const { checks, failed, version } = JSON.parse(stdout()) as {
      checks: ModelCheck[];
      failed: number;
      version: number;
    };
    assert.deepEqual(
      checks.filter(({ outcome }) => outcome === 'fail'),
      [],
    );
    assert.deepEqual([code, failed, version], [0, 0, 1]);
    const numbersOf = (name: string) => checks.find(({ check }) => check === name)!.numbers;
    assert.deepEqual(numbersOf('served as judged'), { values: 15, differing: 0 });
    assert.deepEqual(numbersOf('batch invariance'), { rows: 300, differing: 0 });
    assert.deepEqual(numbersOf('missing values'), { rows: 16, answered: 16, refused: 0 });
    assert.equal(numbersOf('extremes').answered, 32);
    assert.deepEqual(numbersOf('malformed input'), { inputs: 8, refused: 8 });
    assert.equal(numbersOf('concurrent requests').wrong, 0);
    assert.ok(numbersOf('latency').medianMs! > 0);
    const { shareLONG, shareSHORT, shareNO_TRADE } = numbersOf('answers');
    assert.ok(Math.abs(shareLONG! + shareSHORT! + shareNO_TRADE! - 1) < 1e-3);
  });

  await t.test('without a champion a version has to be named', async () => {
    const { code, stderr } = await run('BTCUSD', '1h');
    assert.equal(code, 1);
    assert.match(stderr(), /CHAMPION_NONE/);
  });

  await t.test('a damaged package fails its first check, and the exit code is 1', async () => {
    const { package: ref } = await rooms.registry.get(SERIES, 1);
    const model = (await rooms.artifacts.load(ref)).path('model.onnx');
    await chmod(model, 0o644);
    await appendFile(model, 'x');
    const { code, stdout } = await run('BTCUSD', '1h', '--version', 'v1');
    assert.equal(code, 1);
    assert.match(stdout(), /opens +fail .*ARTIFACT_CORRUPT/);
    assert.match(stdout(), /1 of 1 checks fail\./);
  });
});
