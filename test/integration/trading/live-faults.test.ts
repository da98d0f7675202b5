import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerOrder } from '../../../trading/ledger/records.ts';
import { eventually } from '../../support/eventually.ts';
import { KEYS, startLiveHome, startWords } from './live-home.ts';

const ACCOUNT = { mode: 'live', venue: 'loopback', policy: 'chaos', capital: 20_000 };
const ALL_TIME = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };
const FUNDS = '100000';
const PATIENCE_MS = 120_000;

test('what goes wrong with a live account has a clear state and message', { timeout: 900_000 }, async t => {
  const { commands, exchange, ledger } = await startLiveHome(t, {
    accounts: {
      live: { ...ACCOUNT, ...KEYS },
      rich: { ...ACCOUNT, ...KEYS, capital: 1_000_000 },
      wrong: { ...ACCOUNT, apiKey: 'wrong', apiSecret: 'wrong' },
      keyless: ACCOUNT,
    },
  });
  const refused = async (...words: string[]) => {
    const { exitCode, document } = await commands.ask(...words);
    assert.notEqual(exitCode, 0);
    const { code, message } = (document as { error: { code: string; message: string } }).error;
    return `${code}: ${message}`;
  };
  const orders = (): readonly LedgerOrder[] => ledger.orders('live', ALL_TIME);
  const state = () => ledger.account('live').state;
  const holds = () =>
    eventually('it holds a position', () => ledger.positions('live').length > 0, PATIENCE_MS);
  const tradesOn = async () => {
    const since = ledger.account('live').lastCloseTime ?? 0;
    await eventually(
      'later closes are worked on',
      () => (ledger.account('live').lastCloseTime ?? 0) > since + 2_000,
      PATIENCE_MS,
    );
  };

  await t.test('without the risk accepted, without keys, with wrong keys it is not started', async () => {
    assert.match(
      await refused('trade', 'start', 'live', '--symbols', 'BTCUSDT/1s'),
      /^LIVE_NOT_ALLOWED: .*--i-understand-the-risk/,
    );
    assert.match(await refused(...startWords('keyless')), /^LIVE_NOT_ALLOWED: .*credentials/);
    assert.match(await refused(...startWords('wrong')), /^VENUE_KEYS_REFUSED: .*wrong or revoked/);
    assert.deepEqual(ledger.accounts(), []);
  });

  await t.test('with a symbol that was delisted, or without any money, it is not started', async () => {
    await exchange.control({ statuses: { ETHUSDT: 'DELISTED' } });
    assert.match(await refused(...startWords('live')), /^ACCOUNT_INVALID: .*ETHUSDT is not listed/);
    await exchange.control({ statuses: { ETHUSDT: 'TRADING' }, deposits: { USDT: `-${FUNDS}` } });
    assert.match(await refused(...startWords('live')), /^LIVE_NOT_ALLOWED: .*has no USDT for it at all/);
    await exchange.control({ deposits: { USDT: FUNDS } });
    assert.deepEqual(ledger.accounts(), []);
  });

  await t.test('with less at the exchange than its capital it is warned of', async () => {
    const { warnings } = (await commands.run(...startWords('rich'))) as { warnings: string[] };
    assert.match(warnings.join(), /100000\S* USDT free for account rich, less than its capital of 1000000/);
    await commands.run('trade', 'stop', 'rich', '--flatten');
  });

  await t.test('a revoked key pauses it, says so, and it goes on once the key is valid again', async () => {
    await commands.run(...startWords('live'));
    await holds();
    await exchange.control({ keys: { [KEYS.apiKey]: 'revoked' } });
    await eventually('it is paused', () => state() === 'paused', PATIENCE_MS);
    const { stdout } = await commands.ask('trade', 'status', 'live');
    assert.match(stdout, /the account’s key[^"]*: it is wrong or revoked/);
    await exchange.control({ keys: { [KEYS.apiKey]: 'valid' } });
    await commands.run('trade', 'resume', 'live');
    await tradesOn();
  });

  await t.test('a symbol that can’t be closed yet keeps no other from trading', async () => {
    const heldOf = (symbol: string) => ledger.positions('live').some(held => held.symbol === symbol);
    await eventually('it holds coins of it', () => heldOf('ETHUSDT'), PATIENCE_MS);
    await exchange.control({ statuses: { ETHUSDT: 'HALT' } });
    await commands.run('trade', 'flatten', 'live', '--symbols', 'ETHUSDT');
    const entriesSince = (time: number) =>
      orders().filter(({ leg, symbol, sentAt }) => leg === 'entry' && symbol === 'BTCUSDT' && sentAt! > time);
    const halted = Date.now();
    await eventually('the other one is bought', () => entriesSince(halted).length > 0, PATIENCE_MS);
    assert.deepEqual([ledger.account('live').flattening, heldOf('ETHUSDT')], [['ETHUSDT'], true]);
    const { stdout } = await commands.ask('trade', 'status', 'live');
    assert.match(stdout, /ETHUSDT: the flatten is rejected/);
    await exchange.control({ statuses: { ETHUSDT: 'TRADING' } });
    await eventually('it is closed', () => ledger.account('live').flattening.length === 0, PATIENCE_MS);
    assert.equal(heldOf('ETHUSDT'), false);
    await commands.run('trade', 'resume', 'live', '--symbols', 'ETHUSDT');
  });

  await t.test('down during flatten: it waits without end and calls nothing flat; then it is', async () => {
    await holds();
    await exchange.end();
    const flattened = commands.ask('trade', 'flatten', 'live');
    await eventually('it is flattening', () => state() === 'flattening', PATIENCE_MS);
    await sleep(5_000);
    assert.equal(state(), 'flattening');
    const { stdout } = await commands.ask('trade', 'status', 'live');
    assert.match(stdout, /"text": "\w+: VENUE_UNREACHABLE: loopback did not answer/);
    await exchange.start();
    assert.equal((await flattened).exitCode, 0, (await flattened).stdout);
    await eventually('it is halted', () => state() === 'halted', PATIENCE_MS);
    assert.deepEqual(ledger.positions('live'), []);
    assert.equal(await resting(), 0);
  });

  await t.test(
    'Temporal gone: flatten says so, and --direct does it, whatever the environment says of real orders',
    async () => {
      await commands.run('trade', 'resume', 'live', '--acknowledge');
      await holds();
      await commands.run('down', '--leave-positions');
      assert.match(
        await refused('trade', 'flatten', 'live'),
        /^TEMPORAL_UNREACHABLE: .*trade flatten live --direct/,
      );
      const { ALPHALOOM_LIVE } = commands.environment;
      delete commands.environment.ALPHALOOM_LIVE;
      const direct = await commands.ask('trade', 'flatten', 'live', '--direct');
      commands.environment.ALPHALOOM_LIVE = ALPHALOOM_LIVE;
      assert.equal(direct.exitCode, 0, direct.stdout);
      assert.equal(state(), 'halted');
      assert.deepEqual(ledger.positions('live'), []);
      assert.equal(await resting(), 0);
    },
  );

  await t.test('a clock that is off by a minute holds entries back, and only them', async () => {
    await commands.run('up');
    await commands.run('trade', 'resume', 'live', '--acknowledge');
    await exchange.control({ skewMs: 60_000 });
    await eventually(
      'an entry was held back',
      () => orders().some(({ reason }) => reason === 'clock-skew'),
      PATIENCE_MS,
    );
    // Set right, it would work on no close before the minute is over: those were the exchange's.
    await tradesOn();
  });

  await t.test('the ledger proves itself', async () => {
    await commands.run('trade', 'pause', 'live', '--reason', 'to be compared');
    const booked = () =>
      ledger
        .accounts()
        .flatMap(({ account }) => ledger.fills(account, ALL_TIME))
        .filter(({ origin }) => origin === 'own');
    await eventually(
      'each trade of the exchange is booked',
      async () => booked().length === (await exchange.book()).trades.length,
      PATIENCE_MS,
    );
    assert.deepEqual(ledger.check('live'), []);
    const { orders: accepted } = await exchange.book();
    const known = new Set(
      ledger
        .accounts()
        .flatMap(({ account }) => ledger.orders(account, ALL_TIME))
        .map(({ clientOrderId }) => clientOrderId),
    );
    assert.deepEqual(
      accepted.filter(({ clientOrderId }) => !known.has(clientOrderId)),
      [],
    );
  });

  async function resting(): Promise<number> {
    const { orders: accepted } = await exchange.book();
    return accepted.filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED').length;
  }
});
