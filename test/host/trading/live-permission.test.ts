import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { requireLiveAllowed } from '../../../host/trading/live-permission.ts';
import type { StartAccountRequest, StartWiring } from '../../../host/trading/start-account.ts';
import { requireTraded } from '../../../host/trading/traded-markets.ts';
import type { Balance, Venue } from '../../../trading/venue.ts';
import type { Desk } from '../../trading/ledger/fixtures.ts';
import { ACCOUNT, desk, openPosition, settings } from '../../trading/ledger/fixtures.ts';

const SETTINGS = settings({ capital: '1000' });
const KEYS = { apiKey: 'k', apiSecret: 's' };

interface Scene {
  readonly balances?: readonly Balance[];
  readonly clockOffsetMs?: number;
  readonly keys?: object;
  readonly tradable?: boolean;
  readonly workerSendsOrders?: boolean;
  readonly understandsRisk?: boolean;
}

const usdt = (free: string, locked = '0') => [{ currency: 'USDT', free, locked }];

/** What comes of asking whether the account may start: its warnings. */
async function asked(
  { ledger }: Pick<Desk, 'ledger'>,
  {
    balances = usdt('1000'),
    clockOffsetMs = 0,
    keys = KEYS,
    tradable = true,
    workerSendsOrders,
    understandsRisk = true,
  }: Scene,
): Promise<string> {
  const live = { clockOffsetMs, balances: async () => balances, close: async () => {} } as Partial<Venue>;
  const wiring = {
    rooms: {
      venues: { orders: async () => live },
      registry: { champion: async () => ({ version: 3, tradable }) },
      ledger: async () => ledger,
    },
    loaded: {
      config: { accounts: { [ACCOUNT]: keys }, venues: { binance: { kind: 'spot', exchange: 'binance' } } },
    },
    isEmbedded: false,
    workerSendsOrders,
  } as unknown as StartWiring;
  const request = { understandsRisk } as StartAccountRequest;
  return (await requireLiveAllowed(wiring, request, SETTINGS)).join();
}

const scene = async (t: TestContext) => ({ at: await desk(t) });

test('everything that real orders lack is said at once, the worker’s environment among it', async t => {
  const { at } = await scene(t);
  const nothing = { keys: {}, tradable: false, workerSendsOrders: false, understandsRisk: false };
  await assert.rejects(asked(at, nothing), (error: AlphaloomError) => {
    assert.equal(error.code, 'LIVE_NOT_ALLOWED');
    const missing = [
      '--i-understand-the-risk',
      'ALPHALOOM_LIVE=yes',
      'credentials',
      `ALPHALOOM__ACCOUNTS__${ACCOUNT.toUpperCase()}__API_KEY_FILE`,
      'a tradable champion',
    ];
    for (const what of missing) assert.ok(error.message.includes(what), what);
    return true;
  });
});

test('where nobody knows the worker’s environment, or it allows real orders, it is not among it', async t => {
  const { at } = await scene(t);
  assert.equal(await asked(at, {}), '');
  assert.equal(await asked(at, { workerSendsOrders: true }), '');
});

test('an account without any money is not started; one that holds something is', async t => {
  const { at } = await scene(t);
  for (const balances of [[], usdt('0'), usdt('0.00000000', '0.00000000')])
    await assert.rejects(asked(at, { balances }), {
      code: 'LIVE_NOT_ALLOWED',
      message: /money: binance has no USDT for it at all; deposit some there/,
    });
  assert.match(await asked(at, { balances: usdt('0', '5') }), /has 0 USDT free .* less than its capital/);
  await openPosition(at);
  assert.match(await asked(at, { balances: usdt('0') }), /has 0 USDT free .* less than its capital/);
});

test('a clock that is off by a minute is warned of before anything is traded', async t => {
  const { at } = await scene(t);
  assert.match(await asked(at, { clockOffsetMs: -60_000 }), /clock is 60 s ahead of that of binance.*NTP/);
  assert.match(await asked(at, { clockOffsetMs: 60_000 }), /clock is 60 s behind that of binance/);
  assert.equal(await asked(at, { clockOffsetMs: 900 }), '');
});

const CLIENTS = {
  trading: async () => ({ active: true }),
  halted: async () => ({ active: false }),
  async delisted() {
    throw new AlphaloomError('SYMBOL_UNKNOWN', 'binance lists no spot market BTCUSDT; near are none.');
  },
  async down() {
    throw new AlphaloomError('VENUE_UNREACHABLE', 'binance did not answer.');
  },
};

const tradedAt = (market: () => Promise<{ active: boolean }>, changes: Partial<typeof SETTINGS> = {}) =>
  requireTraded({ venues: { client: async () => ({ market }) } } as never, { ...SETTINGS, ...changes });

test('an account is not started with a symbol that its venue has delisted or halted', async () => {
  assert.deepEqual(await tradedAt(CLIENTS.trading), []);
  await assert.rejects(tradedAt(CLIENTS.delisted), {
    code: 'ACCOUNT_INVALID',
    message: /BTCUSDT is not listed \(never was, or delisted\).*Leave it out: trade start main --symbols/,
  });
  await assert.rejects(tradedAt(CLIENTS.halted), {
    code: 'ACCOUNT_INVALID',
    message: /BTCUSDT is listed and not traded for now \(halted\)/,
  });
});

test('a venue that can’t be asked is warned of; recorded bars are played whatever their market is now', async () => {
  assert.match((await tradedAt(CLIENTS.down)).join(), /could not be asked whether it trades BTCUSDT/);
  const clock = { kind: 'replay', fromTime: 0, toTime: 1 } as const;
  assert.deepEqual(await tradedAt(CLIENTS.delisted, { clock }), []);
});
