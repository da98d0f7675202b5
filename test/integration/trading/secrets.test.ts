import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { loadConfig } from '../../../host/config.ts';
import { homeAt } from '../../../host/paths.ts';
import { connectTemporal } from '../../../host/temporal-connection.ts';
import { eventually } from '../../support/eventually.ts';
import { startLiveHome, startWords } from './live-home.ts';

/** Told apart from anything else that may stand in a file. */
const SECRETS = {
  key: 'k3y-Zq81aVtRm',
  secret: 's3cret-Xw72bPnLd',
  llm: 'llm-Hc93dYfQs',
  webhook: 'hook-Jt64eKgBv',
};

test('keys and tokens stand in no history, log, ledger or answer', { timeout: 600_000 }, async t => {
  const { root, commands, ledger } = await startLiveHome(t, {
    keys: { apiKey: SECRETS.key, apiSecret: SECRETS.secret },
    accounts: { live: { mode: 'live', venue: 'loopback', policy: 'chaos', capital: 20_000 } },
    environment: {
      ALPHALOOM__ACCOUNTS__LIVE__API_KEY: SECRETS.key,
      ALPHALOOM__ACCOUNTS__LIVE__API_SECRET: SECRETS.secret,
      ALPHALOOM__LLM__API_KEY: SECRETS.llm,
      ALPHALOOM__NOTIFICATIONS__CHANNELS__HOOK__TOKEN: SECRETS.webhook,
    },
    // Nobody listens there: errors are to be told of, and what they tell of must not be the key.
    more: {
      llm: { endpoint: 'http://127.0.0.1:9/v1', model: 'nobody' },
      notifications: { channels: { hook: { kind: 'webhook', url: 'http://127.0.0.1:9/hook' } } },
    },
  });
  const said: string[] = [];
  const ask = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await commands.ask(...words);
    said.push(stdout, stderr);
    return exitCode;
  };
  assert.equal(await ask(...startWords('live')), 0, said.join('\n'));
  await eventually(
    'an entry was decided',
    () => ledger.orders('live', { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER }).length > 0,
    120_000,
  );
  await ask('trade', 'status', 'live');
  await ask('trade', 'why', 'BTCUSDT', '--account', 'live');
  await ask('trade', 'export', 'live', '--kind', 'orders', '--format', 'jsonl');
  await ask('config', 'show');
  await ask('notify', 'test');
  await ask('doctor');
  const history = await historyOf(root, commands.environment);
  assert.match(history, /refreshCandles/, 'it is the account’s history');
  await ask('trade', 'stop', 'live', '--flatten');

  const places: [string, string][] = [
    ['an answer', said.join('\n')],
    ['the history', history],
    ...(await filesOf(root)),
  ];
  assert.ok(places.some(([place]) => place.endsWith('ledger.sqlite')));
  assert.ok(places.some(([place]) => place.endsWith('worker-trading.log')));
  for (const [place, text] of places) {
    for (const [name, secret] of Object.entries(SECRETS))
      assert.ok(!text.includes(secret), `${place} holds the ${name}`);
  }
});

/** With payloads as bytes and as text. */
async function historyOf(root: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const home = homeAt(root);
  const loaded = await loadConfig({ environment, cwd: root, homeRoot: root });
  const temporal = await connectTemporal(home, environment, loaded.config);
  try {
    const { events } = await temporal.client.workflow.getHandle('trade/live').fetchHistory();
    return JSON.stringify(events, (_, value) =>
      value?.type === 'Buffer' || value instanceof Uint8Array
        ? Buffer.from(value.data ?? value).toString('utf8')
        : value,
    );
  } finally {
    await temporal.close();
  }
}

/** Everything in the home but what the exchange keeps of its own account. */
async function filesOf(root: string): Promise<[string, string][]> {
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = files.filter(file => file.isFile()).map(file => join(file.parentPath, file.name));
  const own = paths.filter(path => !path.startsWith(join(root, 'exchange')));
  return await Promise.all(
    own.map(async (path): Promise<[string, string]> => [path, (await readFile(path)).toString('latin1')]),
  );
}
