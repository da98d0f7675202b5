import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { homeAt } from '../../host/paths.ts';
import { withPortsLock } from '../../host/server-start.ts';
import { temporaryHome } from '../support/temporary-home.ts';

test('of two homes of a user that choose ports at once, the second waits for the first', async t => {
  const root = await temporaryHome(t);
  const environment = { XDG_CACHE_HOME: join(root, 'cache') };
  const events: string[] = [];
  const start = (name: string) =>
    withPortsLock(environment, homeAt(join(root, name)), async () => {
      events.push('begins');
      await new Promise(resolve => setTimeout(resolve, 30));
      events.push('ends');
    });
  await Promise.all([start('one'), start('other')]);
  assert.deepEqual(events, ['begins', 'ends', 'begins', 'ends']);
});

test('the lock is a file that only its user can open, in the user’s own cache', async t => {
  const root = await temporaryHome(t);
  await withPortsLock({ XDG_CACHE_HOME: root }, homeAt(join(root, 'home')), async () => {});
  assert.equal((await stat(join(root, 'alphaloom/ports.lock'))).mode & 0o777, 0o600);
});

test('where the cache can’t be written, the home’s own lock does', async t => {
  const root = await temporaryHome(t);
  await writeFile(join(root, 'file'), '');
  const home = homeAt(join(root, 'home'));
  const answer = await withPortsLock({ XDG_CACHE_HOME: join(root, 'file') }, home, async () => 7);
  assert.equal(answer, 7);
  assert.ok((await stat(join(home.run, 'ports.lock'))).isFile());
});
