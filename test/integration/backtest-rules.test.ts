import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { BacktestReport } from '../../contracts/backtest-document.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { composeRooms, type OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { homeAt } from '../../host/paths.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { move } from '../registry/fixtures.ts';
import { runCommand } from '../support/command.ts';
import { trainInProcess } from '../support/pipeline.ts';

const AS_OF = Date.parse('2019-04-01T00:00Z');
const FOUR_HOURS: Series = { ...SAMPLE.series, timeframe: '4h' };

let root: string;
let rooms: OpenRooms;

/** The sample's hours and the same in fours, each with a champion. */
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'alphaloom-test-'));
  const loaded = await loadConfig({ environment: {}, cwd: root, homeRoot: root });
  rooms = await composeRooms({ home: homeAt(root), environment: process.env, loaded, client: null });
  const hours = await readCandleFile(SAMPLE.path);
  const recipe = await loadRecipe('gbdt-core15', [], { 'train.params.rounds': 30 });
  for (const [series, bars] of [
    [SAMPLE.series, hours],
    [FOUR_HOURS, inFours(hours)],
  ] as const) {
    await rooms.candles.append(series, bars, { kind: 'spot', source: 'sample' });
    const { registered } = await trainInProcess(rooms, series, recipe, AS_OF);
    await rooms.registry.moveChampion(move('promote', registered.version, { series: seriesId(series) }));
  }
});

after(async () => {
  await rooms.close();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

/** Whole bars of four hours; what is missing within one is left out. */
function inFours({ openTime, open, high, low, close, volume }: MarketBars): MarketBars {
  const fours = Map.groupBy(openTime.keys(), bar => Math.floor(openTime[bar]! / 14_400_000));
  const rows = [...fours].filter(([, bars]) => bars.length === 4);
  const column = (of: (bars: number[]) => number) => Float64Array.from(rows, ([, bars]) => of(bars));
  return {
    openTime: Float64Array.from(rows, ([at]) => at * 14_400_000),
    open: column(([first]) => open[first!]!),
    high: column(bars => Math.max(...bars.map(bar => high[bar]!))),
    low: column(bars => Math.min(...bars.map(bar => low[bar]!))),
    close: column(bars => close[bars.at(-1)!]!),
    volume: column(bars => bars.reduce((sum, bar) => sum + volume[bar]!, 0)),
  };
}

async function play(policy: string, ...words: string[]) {
  const path = join(root, 'mine.yaml');
  await writeFile(path, policy);
  const run = async (...flags: string[]) => {
    const all = [
      'BTCUSD',
      '1h',
      '--policy',
      path,
      '--out',
      await mkdtemp(join(root, 'out-')),
      ...words,
      ...flags,
    ];
    const { code, stdout, stderr } = await runCommand(
      { home: { root }, environment: {} },
      'backtest',
      ...all,
    );
    assert.equal(code, 0, stdout() + stderr());
    return stdout();
  };
  const answer: BacktestReport & { readonly report: string } = JSON.parse(await run('--json'));
  return { answer, text: () => run(), page: () => readFile(answer.report, 'utf8') };
}

test('what rules kept back is counted in the answer, the text and the report', async () => {
  const free = await play('name: mine\n');
  const bound = await play(
    'name: mine\nrisk: {maxTradesPerDay: 1, cooldownMinutes: 600, maxPosition: 0.5}\n',
  );
  const { blocked, trades, turnover } = bound.answer.performance;
  assert.equal('blocked' in free.answer.performance, false);
  assert.ok(blocked!.cooldown! > 0, JSON.stringify(blocked));
  assert.ok(trades.trades < free.answer.performance.trades.trades);
  assert.ok(turnover.notional < free.answer.performance.turnover.notional / 2);
  assert.match(await bound.text(), new RegExp(`Entries kept back by rules: .*${blocked!.cooldown} cooldown`));
  const page = await bound.page();
  assert.match(page, /Entries that rules kept back, by the first that did: .*cooldown/);
  assert.match(page, /Limits on entries: at most 1 trades of a symbol a day; 600 minutes between/);
});

test('another timeframe’s champion confirms entries, and is named with what it said', async () => {
  const policy = 'name: mine\nconfirmation: {timeframe: 4h, require: same}\n';
  const { answer } = await play(policy);
  const [{ model, confirmation }] = answer.markets;
  assert.equal(confirmation!.series, seriesId(FOUR_HOURS));
  assert.ok(answer.performance.blocked!.confirmation! > 0);
  assert.ok(answer.performance.trades.trades > 0);
  // Neither model has seen any bar of the range.
  const seen = Math.max(model!.trainedThroughTime, confirmation!.model.trainedThroughTime + 3 * 3_600_000);
  assert.ok(answer.fromTime > seen && answer.inSample === null);
});
