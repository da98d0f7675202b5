// From an exchange's bar close to the order that it decided, timer included, by the whole program as `up` starts it: embedded
// Temporal, the trading worker, a loopback exchange in a process of its own, a live account, no language model. Beside it the
// same without our work: a Temporal workflow of the same shape whose steps are empty, and the bare request to the exchange.

import { loadavg } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BenchRow } from '../cli/dev.ts';
import { loadConfig } from '../host/config.ts';
import { connectTemporal, temporalSettings } from '../host/temporal-connection.ts';
import { percentile, report } from './measure.ts';
import { medianSteps, readCloses, STEPS, untilStopped, type WorkedClose } from './trading/closes.ts';
import { startExchange } from './trading/exchange.ts';
import { ACCOUNTS, makeHome } from './trading/home.ts';
import { type LongRunSample, playLong } from './trading/long-run.ts';
import { symbolsOf } from './trading/market.ts';
import { timeRecovery } from './trading/recovery.ts';
import { timePost, timeSkeleton } from './trading/skeleton.ts';

const SYMBOLS = 34;
const ONE_CLOSES = 120;
const ALL_CLOSES = 200;
const SKELETON_CLOSES = 30;
const POSTS = 100;
const KILLS = 5;
/** What may be asked in a minute is given back every second: closes that are meant to be a minute apart are some bars apart. */
const BUDGET_BACK_MS = 1_000;

const exchange = await startExchange(SYMBOLS);
try {
  const bench = await makeHome(exchange, SYMBOLS);
  const { home, rooms, run } = bench;
  const ledger = await rooms.ledger();
  const loaded = await loadConfig({ environment: {}, cwd: home.root, homeRoot: home.root });
  const temporal = await connectTemporal(home, {}, loaded.config);
  const budget = setInterval(() => giveBudgetBack(join(home.root, 'venues.sqlite')), BUDGET_BACK_MS);
  const trade = async (account: string, symbols: number, closes: number) => {
    const words = ['--symbols', symbolsOf(symbols).join(), '--timeframe', '1s', '--i-understand-the-risk'];
    await run('trade', 'start', account, ...words, '--iterations', `${closes}`);
  };
  const worked = async (account: string, leastEntries: number) => {
    await untilStopped(ledger, account, 900_000);
    return await readCloses({ client: temporal.client, ledger, exchange }, account, leastEntries);
  };
  try {
    const settings = await temporalSettings(home, {}, loaded.config);
    const skeleton = percentile(await timeSkeleton(temporal.client, settings, SKELETON_CLOSES), 0.5);
    const post = await timePost(exchange.address, symbolsOf(1)[0], POSTS);

    await trade(ACCOUNTS.one, 1, ONE_CLOSES);
    const one = await worked(ACCOUNTS.one, 1);
    await trade(ACCOUNTS.all, SYMBOLS, ALL_CLOSES);
    const all = await worked(ACCOUNTS.all, 1);

    await trade(ACCOUNTS.one, 1, 1_000_000);
    const recoveries: number[] = [];
    while (recoveries.length < KILLS) recoveries.push(await timeRecovery(home, ledger, ACCOUNTS.one));
    await run('trade', 'stop', ACCOUNTS.one, '--leave-positions');

    const samples = await playLong(bench, exchange.firstOpenTime);
    report('trading', [
      ...latencyRows(one, skeleton, post),
      ...allRows(all, skeleton, post),
      target(
        's',
        `back after SIGKILL of the worker, the longest of ${KILLS}`,
        Math.max(...recoveries) / 1_000,
        3,
      ),
      ...longRows(samples),
      shown('load of the machine (1 min)', loadavg()[0], ''),
    ]);
  } finally {
    clearInterval(budget);
    await temporal.close();
    await bench.close();
  }
} finally {
  await exchange.end();
}

function giveBudgetBack(path: string): void {
  const budget = new DatabaseSync(path, { timeout: 200 });
  try {
    budget.exec('DELETE FROM taken');
  } catch {
    // The worker is writing; the next second will do.
  } finally {
    budget.close();
  }
}

function latencyRows(closes: readonly WorkedClose[], skeleton: number, post: number): BenchRow[] {
  const p50 = percentile(lastOf(closes), 0.5);
  const steps = medianSteps(closes);
  return [
    {
      ...target('ms', `close → order of one symbol, p50 of ${closes.length}`, p50, 60),
      reference: skeleton + post,
      reference_name: `empty workflow ${skeleton.toFixed(0)} + bare POST ${post.toFixed(1)}`,
      ratio: p50 / (skeleton + post),
    },
    shown(
      `the same, the fastest (p99 ${percentile(lastOf(closes), 0.99)})`,
      Math.min(...lastOf(closes)),
      'ms',
    ),
    ...STEPS.map(step => shown(`one symbol: ${step}, median`, steps[step], 'ms')),
  ];
}

function allRows(closes: readonly WorkedClose[], skeleton: number, post: number): BenchRow[] {
  const whole = closes.filter(({ entries }) => entries === SYMBOLS);
  const p99 = percentile(lastOf(whole), 0.99);
  const steps = medianSteps(whole);
  const reference = skeleton + SYMBOLS * post;
  return [
    {
      ...target('ms', `close → last order of ${SYMBOLS} symbols, p99 of ${whole.length}`, p99, 500),
      reference,
      reference_name: `empty workflow ${skeleton.toFixed(0)} + ${SYMBOLS} × bare POST ${post.toFixed(1)}`,
      ratio: p99 / reference,
    },
    shown(`the same, p50 (the fastest ${Math.min(...lastOf(whole))})`, percentile(lastOf(whole), 0.5), 'ms'),
    shown(
      `closes at which some of the ${SYMBOLS} came too late to be sent`,
      closes.length - whole.length,
      `of ${closes.length}`,
    ),
    ...STEPS.map(step => shown(`${SYMBOLS} symbols: ${step}, median`, steps[step], 'ms')),
  ];
}

function longRows(samples: readonly LongRunSample[]): BenchRow[] {
  // Caches fill and code is compiled in the first thousand.
  const [begin, end] = [samples[1], samples.at(-1)!];
  const resident = samples.map(({ residentMb }) => residentMb);
  return [
    {
      ...target(
        'MB',
        `memory that the worker holds more after ${end.closes} closes than after ${begin.closes}`,
        end.heldMb - begin.heldMb,
        10,
      ),
      reference: begin.heldMb,
      reference_name: `what it held after ${begin.closes}, each after a collection`,
      ratio: end.heldMb / begin.heldMb,
    },
    shown(
      `its resident size, the largest of ${samples.length} (the first ${resident[0].toFixed(0)}, the last ${resident.at(-1)!.toFixed(0)})`,
      Math.max(...resident),
      'MB',
    ),
    {
      ...shown(
        `a recorded close of 2 symbols, the last ${samples[1].closes - samples[0].closes}`,
        end.msPerClose,
        'ms',
      ),
      reference: begin.msPerClose,
      reference_name: `those up to ${begin.closes}`,
      ratio: end.msPerClose / begin.msPerClose,
    },
    shown(
      'ledger per close of 2 symbols',
      ((end.ledgerMb - begin.ledgerMb) * 1_000) / (end.closes - begin.closes),
      'KB',
    ),
  ];
}

function lastOf(closes: readonly WorkedClose[]): number[] {
  return closes.map(({ lastArrivedMs }) => lastArrivedMs);
}

function target(unit: string, work: string, ours: number, under: number): BenchRow {
  const row = { work, ours, reference: null, reference_name: '', unit, ratio: null };
  return { ...row, target: `< ${under} ${unit}`, holds: ours < under };
}

function shown(work: string, ours: number, unit: string): BenchRow {
  return { work, ours, reference: null, reference_name: '', unit, ratio: null, target: 'shown', holds: null };
}
