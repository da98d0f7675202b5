// Backtests of given signals beside vectorbt, taken by turns so that both see the same machine, the fastest run of each; their
// trades must be the same.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRow } from '../cli/dev.ts';
import type { BacktestResult, BacktestSetup, Trade } from '../contracts/backtest.ts';
import { sliceCandles } from '../contracts/candles.ts';
import { costsSchema } from '../contracts/costs.ts';
import { type Policy, policySchema } from '../contracts/policy.ts';
import { LONG, NO_TRADE } from '../contracts/tasks.ts';
import { backtest } from '../strategy/backtest.ts';
import { drawnEntries, gaplessBars, STOP, TARGET } from './backtest-market.ts';
import { BacktestReference, type ReferenceTrades, type Seconds } from './backtest-reference.ts';
import { report } from './measure.ts';
import { benchPython } from './python.ts';

const BARS = 4_185_041;
const TURNS = 5;
const LEAST_RATIO = 3;
/** So small that equity outlives some hundred thousand trades. */
const FEE_BPS = 0.01;
const CASH = 10_000;

const bars = await gaplessBars(BARS);
const entries = drawnEntries(bars);
const direction = entries.map(entry => (entry === 1 ? LONG : NO_TRADE));
const volatility = bars.close.map(close => close * 0.002);
const stopAndTarget = policySchema.parse({
  name: 'stop-and-target',
  exits: {
    stop: { kind: 'percent', percent: STOP * 100 },
    target: { kind: 'percent', percent: TARGET * 100 },
    maxBars: 'none',
  },
});
const everything = policySchema.parse({
  name: 'everything',
  entry: { order: 'limit', offsetBps: 2, validBars: 3 },
  exits: {
    stop: { kind: 'atr', multiple: 2 },
    target: { kind: 'atr', multiple: 4 },
    targetShares: { tp1: 0.5, tp2: 0.3, tp3: 0.2 },
    trailing: { distanceAtr: 1.5, afterAtr: 1 },
    maxBars: 48,
  },
  maxVolumeShare: 0.1,
});
const folder = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
try {
  const { openTime, volume, ...prices } = bars;
  for (const [name, column] of Object.entries(prices)) await writeFile(join(folder, `${name}.f64`), column);
  await writeFile(join(folder, 'entries.i8'), entries);
  report('backtest', [...(await besideReference()), withLines(), linearity(), withEveryRule()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function besideReference(): Promise<BenchRow[]> {
  const python = await benchPython(['numpy', 'vectorbt']);
  const rules = [STOP, TARGET, FEE_BPS / 10_000, CASH] as const;
  const reference = python === null ? null : new BacktestReference(python, folder, rules);
  const ours: Seconds[] = [];
  const theirs: Seconds[] = [];
  let result = play(stopAndTarget, BARS);
  await reference?.seconds(BARS);
  for (let turn = 0; turn < TURNS; turn++) {
    const started = startClocks();
    result = play(stopAndTarget, BARS);
    ours.push(started());
    if (reference) theirs.push(await reference.seconds(BARS));
  }
  const same = reference === null ? null : sameTrades(result.trades, await reference.trades());
  reference?.close();
  const speed = (times: readonly Seconds[], by: keyof Seconds) =>
    BARS / Math.min(...times.map(seconds => seconds[by])) / 1e6;
  const row = (by: keyof Seconds, work: string, target: number): BenchRow => {
    const other = reference === null ? null : speed(theirs, by);
    const ratio = other === null ? null : speed(ours, by) / other;
    return {
      work,
      ours: speed(ours, by),
      reference: other,
      reference_name: reference ? 'vectorbt 1.2' : 'vectorbt 1.2 (not installed)',
      unit: 'M bars/s',
      ratio,
      target: target > 0 ? `>= ${target} ×` : 'shown',
      holds: ratio === null || target === 0 ? null : ratio >= target,
    };
  };
  return [
    row('clock', `stop and target, ${BARS} bars, ${result.trades.length} trades, one thread`, LEAST_RATIO),
    row('processor', 'the same by processor time, the collector’s helpers included', 0),
    {
      work: 'trades of both with the same bars and prices',
      ours: same ?? result.trades.length,
      reference: same === null ? null : result.trades.length,
      reference_name: 'all trades',
      unit: 'trades',
      ratio: same === null ? null : same / result.trades.length,
      target: 'all',
      holds: same === null ? null : same === result.trades.length,
    },
  ];
}

function startClocks(): () => Seconds {
  const [clock, processor] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(processor);
    return { clock: (performance.now() - clock) / 1_000, processor: (user + system) / 1e6 };
  };
}

function play(policy: Policy, count: number): BacktestResult {
  const setup: BacktestSetup = {
    markets: [
      {
        symbol: 'BTCUSDT',
        kind: 'spot',
        candles: sliceCandles(bars, 0, count),
        signals: { direction: direction.subarray(0, count), volatility: volatility.subarray(0, count) },
        labels: { kind: 'fixed-horizon', horizonBars: 48, thresholdLogReturn: 0.01 },
        rules: null,
        funding: null,
      },
    ],
    policy,
    costs: costsSchema.parse({ feeBps: FEE_BPS, halfSpreadBps: 0, slippageBps: 0 }),
    initialCash: CASH,
    fromTime: bars.openTime[0],
    toTime: bars.openTime[count - 1] + 1,
  };
  return backtest(setup);
}

/** Trades that are equal one by one; 0 where their numbers differ. */
function sameTrades(ours: readonly Trade[], theirs: ReferenceTrades): number {
  if (ours.length !== theirs.entryBar.length) return 0;
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * b;
  return ours.filter(
    ({ signalBar, exitBar, entryPrice, exitPrice }, at) =>
      signalBar === theirs.entryBar[at] &&
      exitBar === theirs.exitBar[at] &&
      near(entryPrice, theirs.entryPrice[at]) &&
      near(exitPrice, theirs.exitPrice[at]),
  ).length;
}

/** The reference's time is of orders alone, so this stands apart. */
function withLines(): BenchRow {
  const seconds = Array.from({ length: TURNS }, () => {
    const started = startClocks();
    play(stopAndTarget, BARS).equity.at(-1);
    return started().processor;
  });
  return {
    work: 'the same, and equity, cash and exposure at every close, by processor time',
    ours: BARS / Math.min(...seconds) / 1e6,
    reference: null,
    reference_name: 'nothing comparable',
    unit: 'M bars/s',
    ratio: null,
    target: 'shown',
    holds: null,
  };
}

/** Processor time of the fastest of each. */
function linearity(): BenchRow {
  const shares = [4, 2, 1].map(part => Math.floor(BARS / part));
  const times = shares.map(() => [] as number[]);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [index, count] of shares.entries()) {
      const started = startClocks();
      play(stopAndTarget, count);
      times[index].push((started().processor * 1e9) / count);
    }
  }
  const [quarter, half, whole] = times.map(list => Math.min(...list));
  return {
    work: `4 × as many bars, time per bar (of 2 ×: ${(half / quarter).toFixed(2)})`,
    ours: whole,
    reference: quarter,
    reference_name: 'a quarter of the bars',
    unit: 'ns per bar',
    ratio: whole / quarter,
    target: '<= 1.15',
    holds: whole / quarter <= 1.15,
  };
}

function withEveryRule(): BenchRow {
  play(everything, BARS >> 3);
  const started = startClocks();
  const { trades } = play(everything, BARS);
  const seconds = started().processor;
  return {
    work: `limit entries, ladder, trailing stop, volume limit, ${trades.length} trades`,
    ours: BARS / seconds / 1e6,
    reference: null,
    reference_name: 'nothing comparable',
    unit: 'M bars/s',
    ratio: null,
    target: 'shown',
    holds: null,
  };
}
