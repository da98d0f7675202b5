import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { configSchema } from '../../../contracts/config.ts';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { StartAccountRequest, StartWiring } from '../../../host/trading/start-account.ts';
import { startAccount } from '../../../host/trading/start-account.ts';
import { keysRefused } from '../../../venues/order-failure.ts';
import { desk, market, START } from '../../trading/ledger/fixtures.ts';

const REQUEST: StartAccountRequest = {
  account: 'paper',
  symbols: [{ symbol: 'BTCUSDT', timeframe: '1m' }],
  policy: null,
  iterations: null,
  replay: { fromTime: START, toTime: START + 600_000 },
  understandsRisk: false,
  actor: 'test',
};

/** Starts an account of a ledger, whose worker can be told to refuse it as it refuses bad keys: pausing it meanwhile. */
async function scene(t: TestContext, changes: Partial<StartWiring> = {}) {
  const { ledger } = await desk(t);
  const worker: { refusal: AlphaloomError | null } = { refusal: null };
  const state = () => ledger.accounts().find(({ account }) => account === 'paper')?.state;
  const pause = async () => {
    const operation = {
      message: 'pause',
      account: 'paper',
      operationId: 'refused',
      actor: 'trading',
    } as const;
    await ledger.applyMessage(
      { ...operation, reason: 'keys refused', payload: {} },
      { now: START, policy: null },
    );
  };
  let runs = false;
  const orchestrator = {
    tradingStatus: async () => (runs ? { step: 'waiting' } : null),
    async startTrading({ account }: { account: string }) {
      if (worker.refusal === null) runs = true;
      else await pause();
      return { workflowId: `trade/${account}`, joined: false };
    },
    async awaitTrading() {
      throw worker.refusal;
    },
  };
  const bars = { kind: 'spot', firstTime: START - 600_000, lastTime: START + 600_000, market: market() };
  const wiring = {
    rooms: {
      ledger: async () => ledger,
      candles: { describe: async () => bars },
      clock: { now: () => START, monotonicMs: () => performance.now() },
      registry: { champion: async (series: string) => (series.includes('BTC') ? { version: 1 } : null) },
    },
    loaded: {
      config: configSchema.parse({ defaultVenue: 'binance', accounts: { paper: {} } }),
      file: null,
      folder: '/nowhere',
    },
    orchestrator,
    isEmbedded: false,
    ...changes,
  } as unknown as StartWiring;
  return { worker, state, start: (changes = {}) => startAccount(wiring, { ...REQUEST, ...changes }) };
}

test('after a start that a worker with other keys refused, the next one trades', async t => {
  const { worker, state, start } = await scene(t);
  worker.refusal = keysRefused('binance');
  await assert.rejects(start(), {
    code: 'VENUE_KEYS_REFUSED',
    message:
      /the trading worker has another.*: down --leave-positions, then up with the right one, then trade start again\.$/,
  });
  assert.equal(state(), 'stopped');
  worker.refusal = null;
  const { record } = await start();
  assert.equal(record.state, 'running');
});

test('workers that run on another configuration are warned of, and named where a start fails', async t => {
  const { worker, start } = await scene(t, { outdated: ['venues', 'accounts.paper'] });
  worker.refusal = new AlphaloomError('CONFIG_INVALID', 'The kind of venue "edge" is not known.');
  const said = /another \(venues, accounts\.paper\): down, then up/;
  await assert.rejects(start(), { code: 'CONFIG_INVALID', message: said });
  worker.refusal = null;
  assert.match((await start()).warnings.join(), said);
  assert.match((await start()).warnings.join(), said);
});

test('a symbol that only a model may enter is warned of where it has none', async t => {
  const { start } = await scene(t);
  assert.deepEqual((await start()).warnings, []);
  const other = await scene(t);
  const symbols = [{ symbol: 'ETHUSDT', timeframe: '1m' }] as const;
  const { warnings } = await other.start({ symbols });
  assert.match(
    warnings.join(),
    /^binance:ETHUSDT\/1m has no champion.*no entries.*\(train binance:ETHUSDT 1m\)/,
  );
});

test('an account that the configuration does not have is told by what to write', async t => {
  const { start } = await scene(t);
  await assert.rejects(start({ account: 'other' }), {
    code: 'ACCOUNT_UNKNOWN',
    message: /Write accounts: \{other: \{\}\} into alphaloom\.yaml/,
  });
});
