import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { seriesId } from '../../contracts/series.ts';
import { runCommand } from '../support/command.ts';
import { startCluster } from '../support/temporal.ts';

const SERIES = seriesId(SAMPLE.series);
const MODELS = join(import.meta.dirname, '../golden/onnx');

test('models import: a model made elsewhere goes through the steps of a training, and the gate answers', {
  timeout: 120_000,
}, async t => {
  const home = await startCluster(t);
  await home.startWorker('registry', 'training');
  const importing = (file: string, ...more: string[]) =>
    runCommand(
      home,
      'models',
      'import',
      join(MODELS, file),
      'BTCUSD',
      '1h',
      '--recipe',
      'gbdt-boll4',
      ...more,
    );

  const { code, stdout } = await importing(
    'sklearn-boosting.onnx',
    '--trained-through',
    '2001-01-01',
    '--json',
  );
  assert.equal(code, 0, stdout());
  const result = JSON.parse(stdout());
  assert.deepEqual([result.version, result.offer.decision], [1, 'rejected']);
  assert.match(
    result.steps[2].summary,
    /^sklearn-boosting\.onnx, sha256 [0-9a-f]{12}…; columns LONG, NO_TRADE, SHORT as the file says; no sample given$/,
  );
  assert.equal((await home.rooms.registry.get(SERIES, 1)).origin, 'imported');

  const again = await importing('sklearn-boosting.onnx', '--trained-through', '2001-01-01', '--quiet');
  assert.match(again.stdout(), /^coinbase:BTCUSD\/1h v1: rejected/);
  const listed = (await runCommand(home, 'models', 'list')).stdout();
  assert.match(listed, /v1 .*imported/);
  const shown = (await runCommand(home, 'models', 'show', 'BTCUSD', '1h', 'v1')).stdout();
  assert.match(shown, /imported/);

  const refused = await importing('sklearn-logistic-zipmap.onnx', '--json');
  assert.equal(refused.code, 1);
  assert.match(refused.stdout(), /MODEL_INVALID.*'zipmap': False/s);
  const elsewhere = await importing('no-such.onnx', '--json');
  assert.match(elsewhere.stdout(), /FILE_NOT_FOUND/);
  const seen = await importing('sklearn-forest.onnx', '--trained-through', '2024-01-01', '--json');
  assert.match(seen.stdout(), /MODEL_SAW_TEST/);
});
