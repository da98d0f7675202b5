import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCandleStore } from '../../candles/store.ts';
import type { Series } from '../../contracts/series.ts';
import type { LoopbackExchange } from '../../venues/loopback/exchange.ts';
import { sameBits } from '../candles/fixtures.ts';
import { eventually } from '../support/eventually.ts';
import { loopback, market, walk } from '../support/loopback.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const BARS = walk(2_400, '1h', START);
const BTC: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1h' };
const FETCH = [
  'candles',
  'fetch',
  '--venue',
  'binance',
  '--timeframe',
  '1h',
  '--since',
  '2024-01-01',
  '--json',
];

interface Scene {
  readonly home: string;
  readonly exchange: LoopbackExchange;
}

/** A home whose venues all lead to one loopback exchange. */
async function setUp(t: TestContext): Promise<Scene> {
  const home = await temporaryHome(t);
  const exchange = await loopback(t, {
    markets: [market(BARS), market(BARS, { base: 'ETH' }), market(BARS, { kind: 'swap', base: 'LINK' })],
    now: () => START + 2_400 * HOUR + 60_000,
  });
  const { address: host } = exchange;
  const venues = {
    binance: { kind: 'spot', host },
    mirror: { kind: 'swap', exchange: 'binanceusdm', host },
    misspelt: { kind: 'spot', exchange: 'binanse', host },
  };
  await writeFile(join(home, 'alphaloom.yaml'), JSON.stringify({ venues }));
  return { home, exchange };
}

function start({ home }: Scene, words: readonly string[]): ChildProcess {
  const preload = join(CHECKOUT, 'test/support/no-network.ts');
  const environment = { PATH: process.env.PATH, HOME: home, ALPHALOOM_HOME: home, NO_COLOR: '1' };
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', preload, join(CHECKOUT, 'cli/main.ts'), ...words],
    { cwd: home, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

async function outcomeOf(child: ChildProcess) {
  const read = async (stream: NodeJS.ReadableStream) => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return text;
  };
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    read(child.stdout!),
    read(child.stderr!),
  ]);
  return { code: code as number, document: JSON.parse(stdout), stderr };
}

async function stored({ home }: Scene, series: Series) {
  const store = createCandleStore(home, { now: Date.now });
  try {
    return await store.read(series);
  } finally {
    await store.close();
  }
}

test('several series are fetched, reported one by one, and a second run adds nothing', async t => {
  const scene = await setUp(t);
  const words = [...FETCH, '--symbol', 'BTCUSDT,ETH/USDT', '--timeframe', '1h,4h'];
  const first = await outcomeOf(start(scene, words));
  assert.equal(first.code, 0);
  assert.deepEqual(
    first.document.series.map((row: { series: string; added: number }) => [row.series, row.added]),
    [
      ['binance:BTCUSDT/1h', 2_400],
      ['binance:BTCUSDT/4h', 600],
      ['binance:ETHUSDT/1h', 2_400],
      ['binance:ETHUSDT/4h', 600],
    ],
  );
  const [btc] = first.document.series;
  assert.deepEqual(
    [btc.ok, btc.skipped, btc.absent, btc.retries, btc.firstTime, btc.lastTime, btc.interrupted],
    [true, 0, [], 0, START, START + 2_399 * HOUR, false],
  );
  assert.ok(btc.barsPerSecond > 0);
  assert.match(first.stderr, /4 series \d+% .*bars\/s/);
  assert.ok(sameBits(await stored(scene, BTC), BARS));
  const second = await outcomeOf(start(scene, words));
  assert.deepEqual(
    second.document.series.map((row: { added: number }) => row.added),
    [0, 0, 0, 0],
  );
});

test('one symbol’s failure stops no other, and the command ends with 1', async t => {
  const scene = await setUp(t);
  const { code, document } = await outcomeOf(start(scene, [...FETCH, '--symbol', 'LINKUSDT,BTCUSDT']));
  assert.equal(code, 1);
  assert.deepEqual(
    document.series.map((row: { ok: boolean; error?: { code: string } }) => [row.ok, row.error?.code]),
    [
      [false, 'SYMBOL_UNKNOWN'],
      [true, undefined],
    ],
  );
  assert.ok(sameBits(await stored(scene, BTC), BARS));
});

test('Ctrl-C ends in good order with what was fetched stored', async t => {
  const scene = await setUp(t);
  scene.exchange.script({ path: 'klines', fault: { kind: 'stalled' }, after: 2, times: 9 });
  const child = start(scene, [...FETCH, '--symbol', 'BTCUSDT']);
  const ended = outcomeOf(child);
  const stalled = () => scene.exchange.requests.some(({ fault }) => fault === 'stalled');
  await eventually('a page stalls', stalled, 10_000);
  child.kill('SIGINT');
  const { code, document } = await ended;
  assert.equal(code, 1);
  assert.equal(document.interrupted, true);
  const { openTime } = await stored(scene, BTC);
  assert.equal(openTime.length, document.series[0].added);
  assert.ok(openTime.length >= 1_000);
});

const REFUSED: readonly (readonly [title: string, words: readonly string[], code: string])[] = [
  ['an unknown symbol', ['--symbol', 'NOPEUSDT'], 'SYMBOL_UNKNOWN'],
  ['a venue of an unknown exchange', ['--symbol', 'BTCUSDT', '--venue', 'misspelt'], 'VENUE_UNKNOWN'],
  ['a venue that is not configured', ['--symbol', 'BTCUSDT', '--venue', 'nowhere'], 'CONFIG_INVALID'],
  ['an end before the beginning', ['--symbol', 'BTCUSDT', '--until', '2023-01-01'], 'USAGE'],
  ['no symbol', ['--symbol', ','], 'USAGE'],
];
for (const [title, words, code] of REFUSED) {
  test(`${title} is ${code}, and wrong use`, async t => {
    const outcome = await outcomeOf(start(await setUp(t), [...FETCH, ...words]));
    assert.equal(outcome.document.error.code, code);
    assert.equal(outcome.code, 2);
  });
}

test('a venue by another name uses the exchange it names', async t => {
  const scene = await setUp(t);
  const { code } = await outcomeOf(
    start(scene, [...FETCH, '--venue', 'mirror', '--symbol', 'LINK/USDT:USDT']),
  );
  assert.equal(code, 0);
  assert.ok(sameBits(await stored(scene, { venue: 'mirror', symbol: 'LINKUSDT', timeframe: '1h' }), BARS));
});
