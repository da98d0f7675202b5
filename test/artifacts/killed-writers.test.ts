import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createArtifactStore } from '../../artifacts/store.ts';
import { killAfterFirstOutput, startScript } from '../support/child-process.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { writes } from './fixtures.ts';

const SCRIPT = join(import.meta.dirname, 'saving-process.ts');

test('writers killed in the middle leave no artifact, and the next one makes it', async t => {
  const home = await temporaryHome(t);
  const store = createArtifactStore(home);
  await Promise.all(
    [0, 5, 20, 40].map(delayMs => killAfterFirstOutput(startScript(SCRIPT, [home, '30', 'killed']), delayMs)),
  );
  assert.equal(await store.find('fit', { of: 'processes' }), null);

  const { artifact, cached } = await store.save('fit', { of: 'processes' }, writes({ first: 'whole' }));
  assert.equal(cached, false);
  assert.equal(await readFile((await store.load(artifact)).path('first'), 'utf8'), 'whole');

  const folder = join(home, 'artifacts/fit');
  assert.equal((await readdir(folder)).length, 5);
  assert.ok((await store.gc([artifact], 3_600_000, Date.now() + 7_200_000)) > 0);
  assert.deepEqual(await readdir(folder), [artifact.inputHash]);
});
