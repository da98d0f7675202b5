import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import test from 'node:test';
import { loadConfig } from '../../../host/config.ts';
import { killPoint } from '../../../host/trading/kill-point.ts';
import { liveVenue } from '../../../host/trading/live-venues.ts';
import { cardOf } from '../../../host/trading/venue-card.ts';
import type { Venues } from '../../../host/venues.ts';
import type { Venue } from '../../../trading/venue.ts';
import { temporaryHome } from '../../support/temporary-home.ts';

const ORDERS = { card: {} } as Venue;
const VENUES = { orders: async () => ORDERS } as unknown as Venues;
const LIVE = { ALPHALOOM_LIVE: 'yes' };

async function configured(t: TestContext) {
  const root = await temporaryHome(t);
  const account = { mode: 'live', venue: 'mine', apiKey: 'k', apiSecret: 's' };
  const venues = {
    mine: { kind: 'spot', exchange: 'binance', host: 'http://127.0.0.1:9000' },
    far: { kind: 'spot', exchange: 'binance', host: 'https://example.com' },
    odd: { kind: 'spot', exchange: 'gemini' },
  };
  await writeFile(join(root, 'alphaloom.yaml'), JSON.stringify({ venues, accounts: { main: account } }));
  return await loadConfig({ environment: {}, cwd: root, homeRoot: root });
}

test('a venue of any name has the card of its exchange; one without a card sends no orders', async t => {
  const { config } = await configured(t);
  assert.equal(cardOf(config, 'mine')?.name, 'binance');
  assert.equal(cardOf(config, 'odd'), null);
});

test('orders need ALPHALOOM_LIVE=yes in the environment of their process', async t => {
  const loaded = await configured(t);
  const parts = { loaded, venues: VENUES, killPoint: null };
  const record = { account: 'main', venue: 'mine' };
  assert.equal(await liveVenue({ ...parts, environment: LIVE }, record), ORDERS);
  for (const environment of [{}, { ALPHALOOM_LIVE: 'true' }])
    await assert.rejects(liveVenue({ ...parts, environment }, record), {
      code: 'LIVE_NOT_ALLOWED',
      message: /down, up.*trade flatten main --direct/,
    });
});

test('who only closes positions needs credentials, and no word of the environment', async t => {
  const loaded = await configured(t);
  const parts = { loaded, venues: VENUES, killPoint: null, environment: {}, purpose: 'close' } as const;
  assert.equal(await liveVenue(parts, { account: 'main', venue: 'mine' }), ORDERS);
  await assert.rejects(liveVenue(parts, { account: 'keyless', venue: 'mine' }), {
    code: 'LIVE_NOT_ALLOWED',
    message: /apiKey and apiSecret are not both set/,
  });
});

test('nothing is watched without ALPHALOOM_CHAOS_KILL_AT; with it, no venue elsewhere is opened', async t => {
  assert.equal(killPoint({}), null);
  const loaded = await configured(t);
  const chaos = killPoint({ ALPHALOOM_CHAOS_KILL_AT: '/nowhere/kill-at' });
  const parts = { loaded, venues: VENUES, environment: LIVE, killPoint: chaos };
  await assert.rejects(liveVenue(parts, { account: 'main', venue: 'far' }), /far is not on this machine/);
  assert.ok(await liveVenue(parts, { account: 'main', venue: 'mine' }));
});
