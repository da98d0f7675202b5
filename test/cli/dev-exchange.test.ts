import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Inspection } from '../../venues/loopback/inspection.ts';
import { LOOPBACK_KEY } from '../../venues/loopback/signature.ts';
import { runCommand } from '../support/command.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { tradingClient } from '../support/trading-exchange.ts';

const CHECKOUT = join(import.meta.dirname, '../..');

interface Started {
  readonly child: ChildProcess;
  readonly told: { readonly address: string; readonly firstOpenTime: number; readonly apiKey: string };
}

/** `dev exchange --json` in its own process, once it has told its address; it ends with the test. */
async function start(t: TestContext, home: string, ...words: string[]): Promise<Started> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(CHECKOUT, 'cli/main.ts'),
      'dev',
      'exchange',
      '--json',
      '--port',
      '0',
      ...words,
    ],
    {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, ALPHALOOM_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  for await (const part of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += part;
    if (text.trimEnd().endsWith('}')) break;
  }
  return { child, told: JSON.parse(text) };
}

const bookAt = async (address: string) =>
  (await (await fetch(`${address}/loopback/book`)).json()) as Inspection;

test('an exchange of the bundled sample serves candles fetch, and trades', async t => {
  const home = await temporaryHome(t);
  const { child, told } = await start(
    t,
    home,
    '--symbols',
    'BTCUSDT,ETHUSDT',
    '--balance',
    'USDT=5000,BTC=1',
    '--history',
    '500',
  );
  const venues = { loopback: { kind: 'spot', exchange: 'binance', host: told.address } };
  await writeFile(join(home, 'alphaloom.yaml'), JSON.stringify({ venues }));
  const since = new Date(told.firstOpenTime).toISOString();
  const place = { home: { root: home }, environment: {} };
  const fetched = await runCommand(
    place as never,
    ...['candles', 'fetch', '--venue', 'loopback', '--symbol', 'BTCUSDT,ETHUSDT'],
    ...['--timeframe', '1s', '--since', since, '--json'],
  );
  assert.equal(fetched.code, 0, fetched.stderr());
  const { series } = JSON.parse(fetched.stdout()) as { series: { series: string; added: number }[] };
  assert.deepEqual(
    series.map(({ series: id }) => id),
    ['loopback:BTCUSDT/1s', 'loopback:ETHUSDT/1s'],
  );
  for (const { added } of series) assert.ok(added >= 500);
  const client = await tradingClient(told.address, Date.now, { key: LOOPBACK_KEY });
  const order = await client.createOrder('BTC/USDT', 'market', 'buy', 0.01);
  assert.equal(order.status, 'closed');
  assert.equal((await bookAt(told.address)).trades.length, 1);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a planted market is invented for each symbol, and is the same each time', async t => {
  const home = await temporaryHome(t);
  const words = ['--planted', '--symbols', 'BTCUSDT,ETHUSDT', '--history', '300'];
  const closes = async ({ told }: Started, symbol: string) => {
    const query = `symbol=${symbol}&interval=1s&startTime=${told.firstOpenTime}&limit=300`;
    const rows = (await (await fetch(`${told.address}/api/v3/klines?${query}`)).json()) as string[][];
    return rows.map(row => Number(row[4]));
  };
  const [first, second] = [await start(t, home, ...words), await start(t, home, ...words)];
  const btc = await closes(first, 'BTCUSDT');
  assert.equal(btc.length, 300);
  assert.deepEqual(await closes(second, 'BTCUSDT'), btc);
  assert.notDeepEqual(await closes(first, 'ETHUSDT'), btc);
});

test('an exchange that is killed and started again on its journal has its orders, its clock and its bars', async t => {
  const home = await temporaryHome(t);
  const words = ['--journal', join(home, 'book.jsonl'), '--timeframe', '1m', '--speed', '2'];
  const first = await start(t, home, ...words);
  const clock = async (address: string) =>
    ((await (await fetch(`${address}/api/v3/time`)).json()) as { serverTime: number }).serverTime;
  const kline = async (address: string) =>
    await (
      await fetch(
        `${address}/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=${first.told.firstOpenTime}&limit=5`,
      )
    ).json();
  const bars = await kline(first.told.address);
  const before = await clock(first.told.address);
  const client = await tradingClient(first.told.address, () => before, { key: LOOPBACK_KEY });
  await client.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 2_000, {
    clientOrderId: 'kept',
    recvWindow: 60_000,
  });
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await start(t, home, ...words);
  const book = await bookAt(second.told.address);
  assert.deepEqual(
    book.orders.map(order => order.clientOrderId),
    ['kept'],
  );
  assert.deepEqual(await kline(second.told.address), bars);
  assert.ok((await clock(second.told.address)) > before);
});

test('a journal of other markets, a taken port, and words that are no faults or balances are refused', async t => {
  const home = await temporaryHome(t);
  const place = { home: { root: home }, environment: {} } as never;
  const journal = join(home, 'book.jsonl');
  await writeFile(
    journal,
    `${JSON.stringify({ symbols: ['ETHUSDT'], timeframe: '1s', firstOpenTime: 0, clock: { realTime: 0, exchangeTime: 0, speed: 1 } })}\n`,
  );
  const refusal = async (...words: string[]) => {
    const { code, stdout } = await runCommand(place, 'dev', 'exchange', '--json', ...words);
    const { error } = JSON.parse(stdout()) as { error: { code: string; message: string } };
    return [code, error.code, error.message] as const;
  };
  assert.deepEqual((await refusal('--journal', journal)).slice(0, 2), [2, 'USAGE']);
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  assert.equal((await refusal('--port', String(port)))[1], 'PORT_TAKEN');
  assert.match((await refusal('--fault', 'order nonsense'))[2], /is no fault/);
  assert.match((await refusal('--planted', '--from', journal))[2], /--planted.*cannot be used with.*--from/);
  assert.match((await refusal('--balance', 'USDT:5'))[2], /USDT=10000,BTC=1/);
  assert.equal((await refusal('--symbols', 'NOPE'))[1], 'SYMBOL_INVALID');
  assert.equal((await refusal('--from', join(home, 'none.parquet')))[1], 'FILE_NOT_FOUND');
  assert.match(await readFile(journal, 'utf8'), /ETHUSDT/);
});
