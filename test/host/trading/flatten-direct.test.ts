import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { pino } from 'pino';
import { composeRooms } from '../../../host/compose.ts';
import { loadConfig } from '../../../host/config.ts';
import { homeAt } from '../../../host/paths.ts';
import { flattenDirect } from '../../../host/trading/flatten-direct.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { barsFrom, KEY, tradingScene } from '../../support/trading-exchange.ts';
import { ACCOUNT, START, settings, startAccount } from '../../trading/ledger/fixtures.ts';

const MINE = 'mine';

/** A home whose live account trades at an exchange of this machine; nothing says ALPHALOOM_LIVE. */
async function scene(t: TestContext, credentials: object) {
  const { exchange } = await tradingScene(t, {
    options: { now: Date.now },
    market: {
      candles: barsFrom(Math.floor(Date.now() / 1_000) * 1_000 - 1_000, '1s', [[100, 100, 100, 100]]),
    },
  });
  const root = await temporaryHome(t);
  const venues = { [MINE]: { kind: 'spot', exchange: 'binance', host: exchange.address } };
  const accounts = { [ACCOUNT]: { mode: 'live', venue: MINE, ...credentials } };
  // YAML reads JSON.
  await writeFile(join(root, 'alphaloom.yaml'), JSON.stringify({ venues, accounts }));
  const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
  const rooms = await composeRooms({ home: homeAt(root), environment: {}, loaded, client: null });
  t.after(() => rooms.close());
  const ledger = await rooms.ledger();
  const worker = await ledger.takeLease({ owner: 'worker', now: START, takeOver: false });
  const symbols = [{ symbol: 'BTCUSDT', timeframe: '1m' }] as const;
  await startAccount(ledger, worker, settings({ venue: MINE, symbols }));
  const ending = new AbortController();
  const blocked: string[] = [];
  const flatten = () =>
    flattenDirect(
      { rooms, loaded, environment: {}, log: pino({ level: 'silent' }) },
      {
        account: ACCOUNT,
        symbols: null,
        actor: 'operator',
        operationId: 'flatten',
        signal: ending.signal,
        onBlocked(text) {
          blocked.push(text);
          ending.abort();
        },
      },
    );
  return { exchange, ledger, worker, flatten, blocked };
}

test('who has no credentials takes the ledger from nobody', async t => {
  const { ledger, worker, flatten } = await scene(t, {});
  await assert.rejects(flatten(), { code: 'LIVE_NOT_ALLOWED', message: /apiKey and apiSecret/ });
  await worker.renew(START + 1_000);
  assert.equal(ledger.account(ACCOUNT).state, 'running');
});

test('closing needs no ALPHALOOM_LIVE', async t => {
  const { ledger, flatten, blocked } = await scene(t, { apiKey: KEY.apiKey, apiSecret: KEY.secret });
  assert.equal((await flatten()).record.state, 'halted');
  assert.equal(ledger.account(ACCOUNT).state, 'halted');
  assert.deepEqual(blocked, []);
});

test('it takes the lease: who held it changes nothing more, and afterwards it is free', async t => {
  const { ledger, worker, flatten } = await scene(t, { apiKey: KEY.apiKey, apiSecret: KEY.secret });
  await flatten();
  await assert.rejects(ledger.recordStrangers(worker, ACCOUNT, [], Date.now()), { code: 'LEASE_LOST' });
  const next = await ledger.takeLease({ owner: 'worker', now: Date.now(), takeOver: false });
  await next.renew(Date.now());
});

test('with a key that is refused it says so, and the account stays to be closed', async t => {
  const { ledger, flatten, blocked } = await scene(t, { apiKey: 'wrong', apiSecret: 'wrong' });
  await assert.rejects(flatten(), { code: 'TRADING_LATE', message: /still being flattened/ });
  assert.match(
    blocked.join(),
    /^BTCUSDT: VENUE_KEYS_REFUSED: mine refuses the account’s key: it is wrong or revoked/,
  );
  assert.equal(ledger.account(ACCOUNT).state, 'flattening');
});

test('with the exchange down it says so, and the account stays to be closed', async t => {
  const { exchange, ledger, flatten, blocked } = await scene(t, {
    apiKey: KEY.apiKey,
    apiSecret: KEY.secret,
  });
  await exchange.close();
  await assert.rejects(flatten(), { code: 'TRADING_LATE' });
  assert.match(blocked.join(), /^BTCUSDT: VENUE_UNREACHABLE: mine did not answer/);
  assert.equal(ledger.account(ACCOUNT).state, 'flattening');
});
