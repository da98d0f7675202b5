import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { configSchema } from '../../contracts/config.ts';
import type { LoadedConfig } from '../../host/config.ts';
import type { Home } from '../../host/paths.ts';
import { identifyProcess } from '../../host/process-identity.ts';
import { writeRunState, writeStartedConfig } from '../../host/run-state.ts';
import { configParts, outdatedParts } from '../../host/started-config.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const EDGE = { edge: { kind: 'spot' } };
const ACCOUNTS = { paper: {}, real: { mode: 'live', apiKey: 'a key', apiSecret: 'a secret' } };

function loaded(document: object, file: string | null = '/home/alphaloom.yaml'): LoadedConfig {
  return { config: configSchema.parse(document), file, folder: '/home', values: [], warnings: [] };
}

/** A home whose workers were started with a configuration, by a supervisor that lives (this process) or has gone. */
async function homeOf(t: TestContext, started: LoadedConfig, isAlive = true): Promise<Home> {
  const root = await temporaryHome(t);
  const home = { root, run: join(root, 'run') } as Home;
  await mkdir(home.run, { recursive: true });
  const me = identifyProcess(process.pid)!;
  const supervisor = isAlive ? me : { ...me, started: 'before the last start of this machine' };
  writeRunState(home, { supervisor, startedTime: 0, configHash: 'x', processes: [] });
  await writeStartedConfig(home, configParts(started));
  return home;
}

test('workers that run on the same configuration are not outdated', async t => {
  const home = await homeOf(t, loaded({ accounts: ACCOUNTS }));
  assert.deepEqual(outdatedParts(home, loaded({ accounts: ACCOUNTS }), 'real'), []);
});

test('what the workers of an account have otherwise is named by part', async t => {
  const home = await homeOf(t, loaded({ accounts: ACCOUNTS }));
  const other = { ...ACCOUNTS, real: { ...ACCOUNTS.real, apiKey: 'another key' } };
  const changed = loaded({ accounts: other, venues: EDGE, log: { level: 'debug' } });
  assert.deepEqual(outdatedParts(home, changed, 'real'), ['venues', 'accounts.real']);
  assert.deepEqual(outdatedParts(home, changed, 'paper'), ['venues']);
  assert.deepEqual(outdatedParts(home, loaded({ accounts: ACCOUNTS }, null), 'paper'), ['file']);
});

test('no key can be read from what is kept of a configuration', () => {
  assert.doesNotMatch(JSON.stringify(configParts(loaded({ accounts: ACCOUNTS }))), /a key|a secret/);
});

test('of workers that up did not start, or that have gone, nothing is known', async t => {
  const home = await homeOf(t, loaded({}), false);
  assert.deepEqual(outdatedParts(home, loaded({ venues: EDGE }), 'paper'), []);
});
