import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { runCommand } from '../support/command.ts';
import { temporaryHome } from '../support/temporary-home.ts';

async function refused(t: TestContext, ...words: string[]): Promise<string> {
  const root = await temporaryHome(t);
  await writeFile(join(root, 'mine.yaml'), 'search: {kind: random}\n');
  const argv = words.map(word => (word === 'MINE' ? join(root, 'mine.yaml') : word));
  const place = { environment: {}, home: { root } };
  const { code, stdout } = await runCommand(place, 'train', ...argv, '--search', '--json');
  assert.equal(code, 2, stdout());
  return JSON.parse(stdout()).error.message;
}

test('a recipe that says nothing of a search is refused with one that does', async t => {
  const message = await refused(t, 'BTCUSD', '1h');
  assert.match(message, /gbdt-core15 has no section search.* gbdt-search/);
});

test('several series at a time are refused', async t => {
  assert.match(
    await refused(t, 'BTCUSD,ETHUSD', '1h', '--recipe', 'gbdt-search'),
    /one series at a time; got 2/,
  );
});

test('what is wrong with a search is told with its path before anything is connected', async t => {
  assert.match(await refused(t, 'BTCUSD', '1h', '--recipe', 'MINE'), /search\.space: missing/);
  const set = (path: string, value: string) => ['--recipe', 'gbdt-search', '--set', `${path}=${value}`];
  assert.match(await refused(t, 'BTCUSD', '1h', ...set('search.trials', '0')), /search\.trials: /);
  assert.match(
    await refused(t, 'BTCUSD', '1h', ...set('search.space', '{"labels.upAtr": {"low": 1, "high": 2}}')),
    /labels\.upAtr: can’t be searched/,
  );
});
