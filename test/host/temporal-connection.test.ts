import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { configSchema } from '../../contracts/config.ts';
import { homeAt } from '../../host/paths.ts';
import { nextFreePort } from '../../host/ports.ts';
import { writeEndpoint, writePorts } from '../../host/run-state.ts';
import { connectTemporal, externalTemporal } from '../../host/temporal-connection.ts';
import { choosePorts, serverEnvironment } from '../../host/temporal-server.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const config = configSchema.parse({});

test('a cluster is used only if the environment names one', () => {
  assert.equal(externalTemporal({}, config), null);
  assert.equal(externalTemporal({ TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: 'x' }, config), null);
  const environment = { TEMPORAL_ADDRESS: 'localhost:7233', TEMPORAL_CONFIG_FILE: '/nowhere' };
  const found = externalTemporal(environment, config);
  assert.equal(found?.connection.address, 'localhost:7233');
  assert.equal(found?.namespace, 'default');
  assert.equal(found?.external, true);
  assert.equal(externalTemporal({ ...environment, TEMPORAL_NAMESPACE: 'mine' }, config)?.namespace, 'mine');
});

test('only loopback is taken, because the stores are local files', () => {
  for (const address of ['127.0.0.1:7233', '127.9.9.9:1', 'localhost:7233', '[::1]:7233'])
    assert.ok(externalTemporal({ TEMPORAL_ADDRESS: address, TEMPORAL_CONFIG_FILE: '/nowhere' }, config));
  for (const address of [
    '10.0.0.1:7233',
    'temporal.example.com:7233',
    'my.tmprl.cloud:7233',
    '127.0.0.1.example.com:7233',
    'localhost.example.com:1',
  ])
    assert.throws(
      () => externalTemporal({ TEMPORAL_ADDRESS: address, TEMPORAL_CONFIG_FILE: '/nowhere' }, config),
      {
        code: 'SHARED_STORE_REQUIRED',
      },
    );
});

test('a profile is read from Temporal’s configuration file; a missing one is refused', async t => {
  const file = join(await temporaryHome(t), 'temporal.toml');
  await writeFile(
    file,
    '[profile.near]\naddress = "127.0.0.1:7400"\nnamespace = "lab"\n[profile.empty]\nnamespace = "lab"\n',
  );
  const environment = { TEMPORAL_CONFIG_FILE: file };
  const found = externalTemporal({ ...environment, TEMPORAL_PROFILE: 'near' }, config);
  assert.deepEqual([found?.connection.address, found?.namespace], ['127.0.0.1:7400', 'lab']);
  for (const TEMPORAL_PROFILE of ['empty', 'none'])
    assert.throws(() => externalTemporal({ ...environment, TEMPORAL_PROFILE }, config), {
      code: 'CONFIG_INVALID',
    });
});

test('without a running server the error says to run up', async t => {
  const home = homeAt(await temporaryHome(t));
  await assert.rejects(connectTemporal(home, {}, config), {
    code: 'TEMPORAL_UNREACHABLE',
    message: /Run .*up/,
  });
  // Left by a machine that lost power; the port may be somebody else's by now.
  await writeEndpoint(home, {
    address: '127.0.0.1:1',
    namespace: 'default',
    uiAddress: null,
    serverVersion: '1',
  });
  await assert.rejects(connectTemporal(home, {}, config), {
    code: 'TEMPORAL_UNREACHABLE',
    message: /Run .*up/,
  });
});

test('an address where nothing answers is named', async () => {
  const environment = { TEMPORAL_ADDRESS: '127.0.0.1:9', TEMPORAL_CONFIG_FILE: '/nowhere' };
  await assert.rejects(connectTemporal(homeAt('/nowhere'), environment, config), {
    code: 'TEMPORAL_UNREACHABLE',
    message: /127\.0\.0\.1:9 does not answer/,
  });
});

test('the server does not hear what its user set for clients', () => {
  assert.deepEqual(serverEnvironment({ TEMPORAL_ADDRESS: 'x', TEMPORAL_PROFILE: 'y', PATH: 'z' }), {
    PATH: 'z',
  });
});

/** Ports as a user set them, somewhere. */
function configured(ports: { port?: number; uiPort?: number }, origin = 'mine.yaml') {
  const values = Object.entries(ports).map(([key, value]) => ({
    path: `temporal.${key}`,
    value,
    origin,
    secret: false,
  }));
  return { config: { ...config, temporal: { ...config.temporal, ...ports } }, values };
}

async function takePort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise(resolve => server.once('listening', resolve));
  return (server.address() as { port: number }).port;
}

test('a configured port that is taken is refused; without one the last is used again, or the next free', async t => {
  const home = homeAt(await temporaryHome(t));
  const taken = await takePort(t);
  await assert.rejects(choosePorts(home, configured({ port: taken })), {
    code: 'PORT_TAKEN',
    message: new RegExp(`temporal\\.port \\(mine\\.yaml\\) is ${taken}`),
  });
  await assert.rejects(choosePorts(home, configured({ port: taken }, 'flag')), {
    code: 'PORT_TAKEN',
    message: new RegExp(`^--port is ${taken}`),
  });
  await assert.rejects(choosePorts(home, configured({ port: 40_111, uiPort: 40_111 })), {
    code: 'PORT_TAKEN',
  });
  const last = await nextFreePort(41_000);
  await writePorts(home, { port: last, uiPort: taken });
  const chosen = await choosePorts(home, configured({}));
  assert.equal(chosen.port, last);
  assert.notEqual(chosen.uiPort, taken);
});
