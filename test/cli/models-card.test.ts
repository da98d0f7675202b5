import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { seriesId } from '../../contracts/series.ts';
import { registration } from '../registry/fixtures.ts';
import { runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { sampleRooms } from '../support/rooms.ts';

const CARD = ['models', 'card', 'BTCUSD', '1h'] as const;

/** A home whose series has one version, and how to run a command there. */
async function homeWith(t: TestContext, files: Readonly<Record<string, string>>, environment = {}) {
  const { registry, artifacts, home } = await sampleRooms(t);
  const { artifact } = await artifacts.save('package', { files }, async folder => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return null;
  });
  await registry.register(
    seriesId(SAMPLE.series),
    registration('a', { package: { ...artifact, step: 'package' } }),
  );
  const place = { environment, home: { root: home } };
  return { root: home, run: (...words: string[]) => runCommand(place, ...CARD, ...words) };
}

const BOTH = { 'card.md': '# a card\n', 'card.html': '<!doctype html>' };

test('a version’s card is shown as text, and as JSON with where its files are', async t => {
  const { run } = await homeWith(t, BOTH);
  assert.equal((await run('v1')).stdout(), BOTH['card.md']);
  const { series, version, files, card } = JSON.parse((await run('v1', '--json')).stdout());
  assert.deepEqual([series, version, card], ['coinbase:BTCUSD/1h', 1, BOTH['card.md']]);
  assert.equal(await readFile(files.html, 'utf8'), BOTH['card.html']);
  assert.equal(await readFile(files.markdown, 'utf8'), BOTH['card.md']);
});

test('without a version it is the champion’s, and told where there is none', async t => {
  const { run } = await homeWith(t, BOTH);
  const { code, stderr } = await run();
  assert.equal(code, 1);
  assert.match(stderr(), /^CHAMPION_NONE: /);
});

test('where the page is can be asked; packages of earlier versions have none, and say so', async t => {
  const { run } = await homeWith(t, BOTH);
  assert.match((await run('v1', '--html')).stdout(), /card\.html\n$/);
  const earlier = await homeWith(t, { 'card.md': '# older\n' });
  assert.equal((await earlier.run('v1')).stdout(), '# older\n');
  assert.equal(JSON.parse((await earlier.run('v1', '--json')).stdout()).files.html, null);
  const { code, stderr } = await earlier.run('v1', '--html');
  assert.equal(code, 1);
  assert.match(stderr(), /^ARTIFACT_NOT_FOUND: .* was packaged before cards were pages too/);
});

test('the page is handed to what opens files here; where nothing does, its place is told', {
  skip: process.platform === 'linux' ? false : 'the opener of Linux',
}, async t => {
  const { root, run } = await homeWith(t, BOTH, { PATH: '/nowhere' });
  const failed = await run('v1', '--open');
  assert.equal(failed.code, 0);
  assert.match(failed.stderr(), /No browser could be started/);
  assert.match(failed.stdout(), /card\.html\n$/);

  const opener = join(root, 'xdg-open');
  await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > '${root}/opened'\n`);
  await chmod(opener, 0o755);
  const other = await homeWith(t, BOTH, { PATH: root });
  const opened = await other.run('v1', '--open');
  assert.equal(opened.stderr(), '');
  await eventually('the opener was given the page', async () => {
    return (await readFile(join(root, 'opened'), 'utf8').catch(() => '')) === opened.stdout().trim();
  });
});
