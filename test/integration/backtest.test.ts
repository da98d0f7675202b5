import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { after, before } from 'node:test';
import { withDuckDb } from '../../candles/duckdb.ts';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { BacktestReport } from '../../contracts/backtest-document.ts';
import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import type { Market } from '../../contracts/market.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { composeRooms, type OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { CHECKOUT, homeAt } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { move } from '../registry/fixtures.ts';
import { runCommand } from '../support/command.ts';
import { trainInProcess } from '../support/pipeline.ts';

const HOUR = 3_600_000;
const BTC = SAMPLE.series;
const ETH: Series = { ...BTC, symbol: 'ETHUSD' };
const SWAP: Series = { venue: 'binance-usdm', symbol: 'BTCUSDT', timeframe: '1h' };
const AS_OF = Date.parse('2019-04-01T00:00Z');

let root: string;
let rooms: OpenRooms;

/** The sample as three markets: itself, at a tenth of its price, and as a swap; each has a champion trained on it. */
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'alphaloom-test-'));
  const home = homeAt(root);
  const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
  rooms = await composeRooms({ home, environment: process.env, loaded, client: null });
  const bars = await readCandleFile(SAMPLE.path);
  const recipe = await loadRecipe('gbdt-core15', [], { 'train.params.rounds': 40 });
  for (const [series, candles, kind] of [
    [BTC, bars, 'spot'],
    [ETH, scaled(bars, 0.1), 'spot'],
    [SWAP, bars, 'swap'],
  ] as const) {
    await rooms.candles.append(series, candles, { kind, source: 'sample' });
    await train(series, recipe);
  }
  await rooms.candles.recordMarket(ETH, stated(ETH));
  await train(
    BTC,
    await loadRecipe('gbdt-boll4', [], { 'train.params.rounds': 40, 'costs.feeBps': 25 }),
    false,
  );
});

after(async () => {
  await rooms.close();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

async function train(series: Series, recipe: Awaited<ReturnType<typeof loadRecipe>>, isChampion = true) {
  const { registered } = await trainInProcess(rooms, series, recipe, AS_OF);
  if (isChampion)
    await rooms.registry.moveChampion(move('promote', registered.version, { series: seriesId(series) }));
}

function scaled(bars: MarketBars, factor: number): MarketBars {
  const by = (column: Float64Array) => column.map(value => value * factor);
  return {
    openTime: bars.openTime,
    open: by(bars.open),
    high: by(bars.high),
    low: by(bars.low),
    close: by(bars.close),
    volume: bars.volume,
  };
}

function stated({ venue, symbol }: Series): Market {
  return {
    venue,
    symbol,
    kind: 'spot',
    base: 'ETH',
    quote: 'USD',
    settle: null,
    venueSymbol: 'ETH-USD',
    unifiedSymbol: 'ETH/USD',
    active: true,
    tick: '0.01',
    lot: '0.125',
    minQuantity: '0.125',
    maxQuantity: null,
    minNotional: '1',
    contractSize: null,
    makerFee: 0.004,
    takerFee: 0.006,
    fetchedTime: 1,
  };
}

interface Answer extends BacktestReport {
  readonly report: string;
}

async function run(...words: string[]) {
  return await runCommand({ home: { root }, environment: {} }, 'backtest', ...words);
}

async function play(...words: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await run(...words, '--json');
  assert.equal(code, 0, stdout() + stderr());
  return JSON.parse(stdout());
}

async function refusal(...words: string[]): Promise<{ code: string; message: string; details: object }> {
  const { code, stdout } = await run(...words, '--json');
  assert.equal(code, 2, stdout());
  return JSON.parse(stdout()).error;
}

interface TradeRow {
  readonly symbol: string;
  readonly side: string;
  readonly signal_time: number;
  readonly quantity: number;
  readonly net_pnl: number;
}

async function tradesOf({ report }: Answer): Promise<TradeRow[]> {
  const path = join(dirname(report), 'trades.parquet');
  return await withDuckDb(async connection => {
    const reader = await connection.runAndReadAll(
      `select symbol, side, signal_time::double as signal_time, quantity, net_pnl from '${path}'`,
    );
    return reader.getRowObjectsJS() as unknown as TradeRow[];
  });
}

test('the champion is played on the bars that its training had not seen, and each trade is what predict said', async () => {
  const answer = await play('BTCUSD', '1h');
  const { markets, performance, inSample } = answer;
  const [{ model, candles, signals }] = markets;
  const version = await rooms.registry.get(seriesId(BTC), 1);
  assert.equal(answer.fromTime, version.trainedThroughTime + HOUR);
  assert.equal(inSample, null);
  assert.ok(model);
  assert.partialDeepStrictEqual(model, {
    version: 1,
    champion: true,
    trainedOn: seriesId(BTC),
    packageId: version.packageId,
    recipe: 'gbdt-core15',
    estimator: 'lightgbm',
  });
  assert.equal(candles.bars, performance.bars);
  assert.equal(
    signals.long + signals.short + signals.noTrade + signals.unanswered + signals.expired,
    candles.bars,
  );

  const trades = await tradesOf(answer);
  assert.ok(trades.length > 20);
  assert.equal(trades.length, performance.trades.trades);
  const gained = trades.reduce((sum, { net_pnl }) => sum + net_pnl, 0);
  assert.ok(
    Math.abs(gained - (performance.finalEquity - 10_000)) < 1e-6,
    'what trades made is what the purse gained',
  );
  const bars = await rooms.candles.read(BTC);
  for (const { side, signal_time } of trades.filter((_, at) => at % Math.ceil(trades.length / 8) === 0)) {
    const signalBar = bars.openTime.indexOf(signal_time);
    const { direction, source } = await rooms.predictor.predictOn(BTC, sliceBars(bars, 0, signalBar + 1));
    assert.deepEqual([direction, source], [side, 'ML_PER_COIN_V1']);
  }
});

test('the same again gives the same files byte for byte; another range another document', async () => {
  const first = await play('BTCUSD', '1h', '--from', '2019-05-01');
  const file = (name: string) => readFile(join(dirname(first.report), name), 'utf8');
  const before = [await file('backtest.json'), await file('report.html')];
  const second = await play('BTCUSD', '1h', '--from', '2019-05-01');
  assert.equal(second.report, first.report);
  assert.deepEqual([await file('backtest.json'), await file('report.html')], before);
  const { report, ...told } = second;
  assert.deepEqual(JSON.parse(before[0]), told, 'the file holds what --json tells');
  assert.notEqual((await play('BTCUSD', '1h', '--from', '2019-05-02')).id, first.id);
});

test('bars that training saw are refused with the first that may be played, and marked everywhere when asked for', async () => {
  const { trainedThroughTime } = await rooms.registry.get(seriesId(BTC), 1);
  const error = await refusal('BTCUSD', '1h', '--from', '2018-06-01');
  assert.equal(error.code, 'BACKTEST_IN_SAMPLE');
  assert.partialDeepStrictEqual(error.details, { allowedFromTime: trainedThroughTime + HOUR });
  const allowed = /--from (\S+),/.exec(error.message)![1];
  assert.equal((await play('BTCUSD', '1h', '--from', allowed)).inSample, null);

  const marked = await play('BTCUSD', '1h', '--from', '2018-06-01', '--in-sample');
  assert.match(marked.report, /-in-sample\/report\.html$/);
  assert.equal(marked.inSample?.throughTime, trainedThroughTime);
  assert.match(await readFile(marked.report, 'utf8'), /in.sample/i);
  const text = (await run('BTCUSD', '1h', '--from', '2018-06-01', '--in-sample')).stdout();
  assert.match(
    text.split('\n')[0],
    /^IN SAMPLE, [\d,]+ of [\d,]+ bars\. The training of v1 of coinbase:BTCUSD\/1h/,
  );
  assert.doesNotMatch((await run('BTCUSD', '1h')).stdout(), /IN SAMPLE/);
});

test('an old version, and its package by folder or file, play as the version did', async () => {
  const range = ['--from', '2019-05-01', '--to', '2019-08-01'];
  const { performance, markets } = await play('BTCUSD', '1h', '--version', 'v1', ...range);
  const folder = join(root, 'models/coinbase/BTCUSD/1h/v0001');
  for (const path of [folder, join(folder, 'model.onnx')]) {
    const packaged = await play('BTCUSD', '1h', '--version', path, ...range);
    assert.deepEqual(packaged.performance, performance);
    assert.equal(packaged.markets[0].model?.version, null);
    assert.equal(packaged.markets[0].model?.packageId, markets[0].model?.packageId);
  }
  const other = await play('BTCUSD', '1h', '--version', '2', ...range);
  assert.deepEqual([other.markets[0].model?.champion, other.costs.feeBps], [false, 25]);
  assert.notDeepEqual(other.performance.trades, performance.trades);
});

test('a model that is older than serving allows says nothing, unless it is told to go on; both are noted', async () => {
  const asLive = await play('BTCUSD', '1h', '--from', '2019-09-01');
  assert.ok(asLive.markets[0].signals.expired > 300);
  assert.match(
    asLive.notes.join('\n'),
    /Older than its recipe allows.*v1 of coinbase:BTCUSD\/1h after 2019-09-2/,
  );
  const aged = await play('BTCUSD', '1h', '--from', '2019-09-01', '--ignore-age');
  assert.equal(aged.markets[0].signals.expired, 0);
  const held = await play('BTCUSD', '1h', '--from', '2019-09-01');
  assert.notEqual(aged.markets[0].signalsSha256, held.markets[0].signalsSha256);
  assert.equal(aged.markets[0].candles.sha256, held.markets[0].candles.sha256);
  assert.match(
    aged.notes.join('\n'),
    /Answering where serving would hold for its age: v1 of coinbase:BTCUSD/,
  );
});

test('several symbols share one purse, each with its champion, by the rules of its market', async () => {
  const answer = await play('BTCUSD,ETHUSD', '1h', '--policy', 'portfolio', '--cash', '5000');
  assert.deepEqual(
    answer.markets.map(({ symbol, model, rules }) => [symbol, model?.champion, rules?.lot ?? null]),
    [
      ['BTCUSD', true, null],
      ['ETHUSD', true, 0.125],
    ],
  );
  assert.deepEqual([answer.initialCash, answer.quote, answer.policy.name], [5_000, 'USD', 'portfolio']);
  const trades = await tradesOf(answer);
  const eth = trades.filter(({ symbol }) => symbol === 'ETHUSD');
  assert.ok(eth.length > 5 && eth.length < trades.length);
  for (const { quantity } of eth) assert.equal(quantity % 0.125, 0);
  const notes = answer.notes.join('\n');
  assert.match(notes, /Tick, lot and minimums are not known of coinbase:BTCUSD\/1h: /);
  assert.match(notes, /states a taker fee of 60\.0 bps on coinbase:ETHUSD\/1h; 10\.0 bps were counted/);
});

test('one purse pays one set of costs', async () => {
  const differing = ['BTCUSD,ETHUSD', '1h', '--version', 'v2,v1'];
  const { code, message } = await refusal(...differing);
  assert.equal(code, 'BACKTEST_INVALID');
  assert.match(message, /differ in costs\.feeBps \(25, 10\)/);
  const { costs } = await play(...differing, '--fees', '0', '--maker-fee-bps', '0', '--impact-bps', '10');
  assert.deepEqual([costs.feeBps, costs.makerFeeBps, costs.impactBps], [0, 0, 10]);
  const inBase = await play('BTCUSD', '1h', '--fee-currency', 'received');
  assert.equal(inBase.costs.feeCurrency, 'received');
  assert.notEqual(inBase.performance.finalEquity, (await play('BTCUSD', '1h')).performance.finalEquity);
});

test('swaps pay funding, from a file or by a constant rate; without, the notes say so', async () => {
  const file = join(root, 'funding.csv');
  const write = async (from: string) => {
    const times = Array.from({ length: 1_500 }, (_, i) => Date.parse(from) + i * 8 * HOUR);
    await writeFile(file, ['time,rate', ...times.map(time => `${time},0.0005`)].join('\n'));
  };
  await write('2018-08-01');
  const swap = ['binance-usdm:BTCUSDT', '1h'];
  const without = await play(...swap);
  assert.equal(without.performance.costs.funding, 0);
  assert.match(without.notes.join('\n'), /No funding was counted/);
  const recorded = await play(...swap, '--funding', file);
  const constant = await play(...swap, '--funding-bps-per-8h', '5');
  assert.notEqual(recorded.performance.costs.funding, 0);
  assert.ok(
    Math.abs(recorded.performance.costs.funding - constant.performance.costs.funding) < 1e-6,
    'the same rates at the same times',
  );
  assert.partialDeepStrictEqual(recorded.markets[0].funding, { file: 'funding.csv' });
  assert.doesNotMatch(recorded.notes.join('\n'), /funding/i);
  await write('2019-08-01');
  const late = await play(...swap, '--funding', file);
  assert.match(
    late.notes.join('\n'),
    /run from 2019-08-01T00:00Z to .*: in the rest of the range none was counted/,
  );
  assert.equal((await refusal('BTCUSD', '1h', '--funding', file)).code, 'BACKTEST_INVALID');
  assert.equal((await refusal('BTCUSD', '1h', '--funding-bps-per-8h', '5')).code, 'BACKTEST_INVALID');
});

test('the example strategy decides in the built-in one’s place, audited, with its hash in the document', async () => {
  const file = join(import.meta.dirname, '../../strategy/own/example.ts');
  const answer = await play('binance-usdm:BTCUSDT', '1h', '--strategy', file);
  const { strategy, performance } = answer;
  assert.match(strategy?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.equal(strategy?.file, 'example.ts');
  assert.equal(strategy?.audit.cuts, 5);
  assert.ok(strategy.audit.repeated > performance.bars / 4);
  assert.ok(performance.trades.trades > 10);
  assert.match(
    (await run('binance-usdm:BTCUSDT', '1h', '--strategy', file)).stdout(),
    /strategy example\.ts .*audited/,
  );
});

test('the strategy that docs/backtesting.md shows works as it stands there', async () => {
  const page = await readFile(join(CHECKOUT, 'docs/backtesting.md'), 'utf8');
  const file = join(root, 'shown.ts');
  await writeFile(file, /^```ts\n([\s\S]*?)^```$/m.exec(page)![1]);
  const { performance } = await play('BTCUSD', '1h', '--strategy', file);
  assert.ok(performance.trades.trades > 10);
});

test('a strategy may trade without a model, over every bar', async () => {
  const file = join(root, 'rule.js');
  await writeFile(
    file,
    `export const decide = (prediction, { position, equity }, policy, bar) => {
      if (prediction.direction !== null) throw new Error('nobody predicts');
      const [before, last] = bar.recent('close', 2);
      if (position !== null || !(last < 0.985 * before)) return [];
      const exits = { stop: { unit: 'percent', value: 5 }, targets: [], trailing: null, maxBars: 12 };
      return [{ kind: 'enter', side: 'LONG', quantity: equity / bar.close, order: { kind: 'market' }, exits }];
    };`,
  );
  const { markets, inSample, performance } = await play(
    'BTCUSD',
    '1h',
    '--version',
    'none',
    '--strategy',
    file,
  );
  assert.equal(markets[0].model, null);
  assert.equal(inSample, null);
  assert.equal(performance.bars, (await rooms.candles.describe(BTC)).bars);
  assert.ok(performance.trades.trades > 100);
});

test('strategies that remember, guess, look ahead or want nonsense are refused, naming the bar', async () => {
  const enter = (quantity: string) =>
    `[{ kind: 'enter', side: 'LONG', quantity: ${quantity}, order: { kind: 'market' }, exits: { stop: null, targets: [], trailing: null, maxBars: 5 } }]`;
  const planted: [string, string, RegExp][] = [
    [
      `let asked = 0; export const decide = (p, f, policy, bar) => (++asked % 50 || f.position ? [] : ${enter('0.1')});`,
      'STRATEGY_INVALID',
      /is not pure: at BTCUSD’s bar of 20.*run anew with the same arguments/,
    ],
    [
      `export const decide = (p, f) => (Math.random() < 0.5 || f.position ? [] : ${enter('0.1')});`,
      'STRATEGY_INVALID',
      /is not pure/,
    ],
    [
      `globalThis.seen ??= new Map();
       export const decide = (p, f, policy, bar) => {
         globalThis.seen.set(bar.openTime, bar.close);
         const later = globalThis.seen.get(bar.openTime + 5 * 3600000);
         return f.position || !(later > bar.close) ? [] : ${enter('0.1')};
       };`,
      'STRATEGY_LEAKS',
      /at BTCUSD’s bar of 20.* it decided .*it knows what comes later/,
    ],
    [`export const decide = () => ${enter('-1')};`, 'STRATEGY_INVALID', /-1/],
    [`export const decide = () => ${enter('Number.NaN')};`, 'STRATEGY_INVALID', /NaN/],
    [
      `export const decide = () => { throw new Error('no luck'); };`,
      'STRATEGY_INVALID',
      /BTCUSD’s bar of .*no luck/,
    ],
  ];
  for (const [at, [source, code, message]] of planted.entries()) {
    const file = join(root, `planted-${at}.js`);
    await writeFile(file, source);
    const error = await refusal('BTCUSD', '1h', '--version', 'none', '--strategy', file);
    assert.equal(error.code, code, `${source}\n${error.message}`);
    assert.match(error.message, message);
  }
});

test('a command line that makes no sense is refused in a sentence', async () => {
  const refused: [string[], string, RegExp][] = [
    [['BTCUSD'], 'USAGE', /timeframe/],
    [['BTCUSD', '1h,4h'], 'USAGE', /one timeframe/],
    [['BTCUSD', '7h'], 'TIMEFRAME_INVALID', /7h/],
    [['NOSUCHUSD', '1h'], 'CANDLES_NOT_FOUND', /NOSUCHUSD/],
    [['BTCUSD', '1h', '--version', 'v9'], 'VERSION_NOT_FOUND', /v9|9/],
    [['BTCUSD', '1h', '--version', 'nosuch'], 'FILE_NOT_FOUND', /nosuch/],
    [['BTCUSD', '1h', '--version', 'v1,v2'], 'USAGE', /names 2 models for 1 symbol/],
    [['BTCUSD', '1h', '--version', 'none'], 'USAGE', /needs --strategy/],
    [['BTCUSD', '1h', '--policy', 'nosuch'], 'POLICY_NOT_FOUND', /as-labelled/],
    [['BTCUSD', '1h', '--strategy', 'nosuch.ts'], 'STRATEGY_INVALID', /is not there/],
    [['BTCUSD', '1h', '--fee-bps', '20000'], 'BACKTEST_INVALID', /feeBps.*20000/],
    [['BTCUSD', '1h', '--slippage-bps', '-1'], 'BACKTEST_INVALID', /slippageBps/],
    [['BTCUSD', '1h', '--cash', '0'], 'BACKTEST_INVALID', /purse of 0/],
    [['BTCUSD', '1h', '--cash', '-5'], 'BACKTEST_INVALID', /purse of -5/],
    [['BTCUSD', '1h', '--cash', '1e15'], 'BACKTEST_INVALID', /purse of/],
    [['BTCUSD', '1h', '--cash', 'much'], 'USAGE', /cash/],
    [['BTCUSD', '1h', '--max-volume-share', '2'], 'POLICY_INVALID', /maxVolumeShare/],
    [['BTCUSD', '1h', '--from', 'yesterday'], 'TIME_INVALID', /yesterday/],
    [['BTCUSD', '1h', '--from', '2019-08-01', '--to', '2019-07-01'], 'BACKTEST_INVALID', /before it begins/],
    [['BTCUSD', '1h', '--from', '2030-01-01', '--to', '2031-01-01'], 'BACKTEST_INVALID', /has no bars/],
    [['BTCUSD', '1h', '--funding', 'ETHUSD=x.csv'], 'USAGE', /names none of the symbols/],
    [['BTCUSD,ETHUSD', '1h', '--funding', 'x.csv'], 'USAGE', /SYMBOL=FILE/],
  ];
  for (const [words, code, message] of refused) {
    const error = await refusal(...words);
    assert.equal(error.code, code, `${words.join(' ')}: ${error.message}`);
    assert.match(error.message, message, words.join(' '));
  }
});

test('--out takes the five files; a place where nothing can be written is told before anything is played', async () => {
  const { report } = await play('BTCUSD', '1h', '--out', 'here/there');
  const folder = join(root, 'here/there');
  assert.equal(report, join(folder, 'report.html'));
  assert.deepEqual((await readdir(folder)).sort(), [
    'backtest.json',
    'bars.parquet',
    'equity.parquet',
    'report.html',
    'trades.parquet',
  ]);
  const { code, stdout } = await run('BTCUSD', '1h', '--out', 'here/there/report.html', '--json');
  assert.equal(code, 1);
  assert.match(stdout(), /PERMISSION_DENIED.*[\s\S]*report\.html/);
});

test('a series without a version says how to train one', async () => {
  const lonely: Series = { ...BTC, symbol: 'LTCUSD' };
  await rooms.candles.append(lonely, await readCandleFile(SAMPLE.path), { kind: 'spot', source: 'sample' });
  const { code, stdout } = await run('LTCUSD', '1h', '--json');
  assert.equal(code, 1);
  assert.match(stdout(), /CHAMPION_NONE.*[\s\S]*train coinbase:LTCUSD 1h/);
});
