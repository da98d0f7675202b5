import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { Fault } from '../../../venues/loopback/faults.ts';
import { KEY } from '../../support/trading-exchange.ts';
import { order, referenceTo, SYMBOL } from '../venue-contract.ts';
import { loopbackVenue } from './loopback-venue.ts';

/** An answer that repeats what it was sent, as proxies' error pages do. */
const ECHO = `<html>GET http://127.0.0.1/api/v3/account?timestamp=1&signature=${'ab'.repeat(32)} ${KEY.apiKey}</html>`;

const FAULTS: readonly Fault[] = [
  { kind: 'cut' },
  { kind: 'truncated' },
  { kind: 'empty' },
  { kind: 'object' },
  { kind: 'reset' },
  { kind: 'redirect', to: 'https://example.com/' },
  { kind: 'refused-key' },
  { kind: 'rate-limited', retryAfter: '0' },
  { kind: 'banned', retryAfter: '0' },
  { kind: 'maintenance' },
  ...[200, 400, 401, 403, 404, 500, 503, 524].map(
    (status): Fault => ({ kind: 'status', status, body: ECHO }),
  ),
  { kind: 'status', status: 400, body: `{"code":-9999,"msg":"signature=${'ab'.repeat(32)} ${KEY.apiKey}"}` },
  { kind: 'status', status: 400, body: `{"code":-2010,"msg":"${ECHO.replaceAll('"', '')}"}` },
];

test('nothing that is thrown or answered holds a key, a signature or an address', async t => {
  const scene = await loopbackVenue(t);
  const { venue, exchange } = scene;
  await venue.market(SYMBOL);
  const sent = order(scene);
  const asks: Readonly<Record<string, () => Promise<unknown>>> = {
    order: () => venue.lookUp(referenceTo(sent)),
    openOrders: () => venue.openOrders(SYMBOL),
    allOrders: () => venue.recentOrders(SYMBOL, 0),
    myTrades: () => venue.fills(SYMBOL, 0),
    account: () => venue.balances(),
    'ticker/24hr': () => venue.quote(SYMBOL),
  };
  let seen = 0;
  for (const fault of FAULTS) {
    for (const [path, ask] of Object.entries(asks)) {
      exchange.script({ path, fault });
      await assert.rejects(ask, error => {
        assert.ok(error instanceof AlphaloomError, String(error));
        assert.equal(error.cause, undefined);
        assertSecretless(error);
        seen++;
        return true;
      });
    }
    exchange.script({ path: 'order', method: 'POST', fault });
    const submitted = await venue.submit(order(scene, { quantity: '0.1' }));
    assert.notEqual(submitted.kind, 'accepted');
    assertSecretless(submitted);
    exchange.script({ path: 'order', method: 'DELETE', fault });
    assertSecretless(await venue.cancel(referenceTo(sent)));
  }
  assert.equal(seen, FAULTS.length * Object.keys(asks).length);
});

test('a venue that is looked into shows no credentials, and asks for them anew each time', async t => {
  let asked = 0;
  const { venue } = await loopbackVenue(t, {
    credentials: () => {
      asked++;
      return KEY;
    },
  });
  await venue.balances();
  const before = asked;
  await venue.balances();
  assert.ok(asked > before);
  assertSecretless(venue);
});

test('wrong credentials, and none, are said as such', async t => {
  for (const credentials of [
    { apiKey: 'wrong', secret: 'wrong' },
    { apiKey: KEY.apiKey, secret: 'wrong' },
    { apiKey: '', secret: '' },
  ]) {
    const scene = await loopbackVenue(t, { credentials: () => credentials });
    await assert.rejects(scene.venue.balances(), { code: 'VENUE_KEYS_REFUSED' });
    const outcome = await scene.venue.submit(order(scene));
    assert.deepEqual([outcome.kind, outcome.kind === 'rejected' && outcome.code], ['rejected', 'permission']);
    assert.equal(scene.exchange.inspect().orders.length, 0);
  }
});

test('no request that may change something is ever repeated', async t => {
  const scene = await loopbackVenue(t);
  await scene.venue.market(SYMBOL);
  for (const fault of FAULTS) {
    const from = scene.exchange.requests.length;
    scene.exchange.script({ path: 'order', method: 'POST', fault });
    await scene.venue.submit(order(scene, { quantity: '0.1' }));
    const made = scene.exchange.requests.slice(from).filter(({ path }) => path === 'order');
    assert.equal(made.length, 1, fault.kind);
  }
});

function assertSecretless(value: unknown): void {
  const text = inspect(value, { depth: 20, showHidden: true, getters: false });
  for (const secret of [KEY.apiKey, KEY.secret, 'signature', 'http://', 'https://', '127.0.0.1'])
    assert.ok(!text.includes(secret), `holds ${secret}: ${text.slice(0, 2_000)}`);
}
