import type { Command } from 'commander';
import { AlphaloomError } from '../contracts/errors.ts';
import type { LoadedConfig } from '../host/config.ts';
import type { RunningWork } from '../host/running-work.ts';
import type { SeriesStatus } from '../host/series-status.ts';
import type { HomeStatus, ProcessStatus } from '../host/status.ts';
import { exists } from '../storage/files.ts';
import type { CliContext } from './context.ts';
import { renderTime } from './history-text.ts';
import type { Output } from './output.ts';
import { type Pause, pauseOf, renderPause } from './pauses.ts';
import { minute, renderTable } from './table.ts';

export function register(command: Command, context: CliContext): void {
  command.addHelpText('after', '\nExample:\n  alphaloom status --json\n').action(async () => {
    const { home, environment, output } = context;
    const loaded = await context.loadConfig();
    const { readStatus } = await import('../host/status.ts');
    const status = await readStatus({ home, environment, loaded });
    const work = status.temporal?.answers ? await readWork(context, loaded) : null;
    const paused = await readPaused(context);
    const series = await readSeries(context, loaded);
    const tradingPid = await readTradingPid(context);
    output.result({ ...status, tradingPid, work, paused, series }, () =>
      [
        describeStatus(status, context, tradingPid),
        ...describeWork(work),
        ...describePaused(paused),
        ...describeSeries(series, context),
      ].join('\n'),
    );
  });
}

/** Null where Temporal has just gone. */
async function readWork(
  { home, environment, output }: CliContext,
  { config }: LoadedConfig,
): Promise<RunningWork[] | null> {
  const [{ connectTemporal }, { readRunningWork }, { readHomeId }] = await Promise.all([
    import('../host/temporal-connection.ts'),
    import('../host/running-work.ts'),
    import('../host/paths.ts'),
  ]);
  return await orWarn(output, async () => {
    const temporal = await connectTemporal(home, environment, config);
    try {
      return await readRunningWork(temporal.client, await readHomeId(home));
    } finally {
      await temporal.close();
    }
  });
}

/** From the registry, so without Temporal too; null where it can't be read. */
async function readPaused({ home, now, output }: CliContext): Promise<Pause[] | null> {
  if (!(await exists(home.registryDatabase))) return [];
  const { openSqliteRegistry } = await import('../registry/sqlite-registry.ts');
  return await orWarn(output, async () => {
    const registry = await openSqliteRegistry(home.registryDatabase, { now });
    try {
      return (await registry.listPaused()).map(pauseOf);
    } finally {
      registry.close();
    }
  });
}

/** The process that trades: which of two workers does only the ledger tells; null where none does, or it can't be read. */
async function readTradingPid({ home, now, output }: CliContext): Promise<number | null> {
  if (!(await exists(home.ledgerDatabase))) return null;
  const [{ openLedger }, { isRunning }] = await Promise.all([
    import('../host/trading/open-ledger.ts'),
    import('../host/process-identity.ts'),
  ]);
  return await orWarn(output, async () => {
    const ledger = await openLedger(home, now);
    try {
      const holder = ledger.leaseHolder();
      return holder !== null && isRunning(holder) ? holder.pid : null;
    } finally {
      ledger.close();
    }
  });
}

/** Null where the stores can't be read. */
async function readSeries(
  { home, now, output }: CliContext,
  { config }: LoadedConfig,
): Promise<SeriesStatus[] | null> {
  if (!(await exists(home.root))) return [];
  const [{ createCandleStore }, { createFeatureStore }, { readSeriesStatus }] = await Promise.all([
    import('../candles/store.ts'),
    import('../features/store/feature-store.ts'),
    import('../host/series-status.ts'),
  ]);
  return await orWarn(output, async () => {
    const candles = createCandleStore(home.root, { now });
    const features = createFeatureStore(home.root);
    try {
      return await readSeriesStatus(candles, features, config, now());
    } finally {
      await features.close();
      await candles.close();
    }
  });
}

/** A status has to tell of the rest also where one part is broken. */
async function orWarn<T>(output: Output, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    output.warn(`${error.code}: ${error.message}`);
    return null;
  }
}

/** What runs, for people. */
export function describeStatus(
  status: HomeStatus,
  context: CliContext,
  tradingPid: number | null = null,
): string {
  const { paint } = context.output;
  if (!status.running && !status.processes.some(({ running }) => running)) {
    return `Nothing runs for ${status.home}. Start it: ./alphaloom up`;
  }
  const { temporal } = status;
  const lines = [
    `home      ${status.home}`,
    `temporal  ${temporal ? describeTemporal(temporal, context) : paint.red('not started')}`,
    ...(temporal?.uiAddress ? [`web page  ${temporal.uiAddress}`] : []),
    ...(status.running ? [] : [paint.red('The supervisor is gone; run up to mend it.')]),
    '',
    renderTable(status.processes, [
      { title: 'process', cell: row => row.name },
      {
        title: 'state',
        cell: row =>
          row.running ? `${paint.green('running')}${tradingRole(row, tradingPid)}` : paint.red('not running'),
      },
      { title: 'pid', align: 'right', cell: row => row.pid },
      { title: 'up for', align: 'right', cell: row => uptime(row, context.now()) },
      { title: 'restarts', align: 'right', cell: row => row.restarts },
      { title: 'last end', cell: row => row.lastEnd },
    ]),
  ];
  return lines.join('\n');
}

const TRADING_WORKER = /^worker-trading(-standby)?$/;

/** Of the two workers of which one trades. */
function tradingRole({ name, pid }: ProcessStatus, tradingPid: number | null): string {
  if (tradingPid === null || !TRADING_WORKER.test(name)) return '';
  return pid === tradingPid ? ', trades' : ', stands by';
}

function describeWork(work: readonly RunningWork[] | null): string[] {
  if (work === null || work.length === 0) return [];
  const table = renderTable<RunningWork>(work, [
    { title: 'work', cell: row => row.workflowId },
    { title: 'series', cell: row => row.series.join(', ') },
    { title: 'recipe', cell: row => row.recipe },
    { title: 'step', cell: row => (row.step && row.waiting ? `${row.step} (waits for a worker)` : row.step) },
    { title: 'since (UTC)', cell: row => renderTime(row.startedTime) },
  ]);
  return ['', table];
}

function describePaused(paused: readonly Pause[] | null): string[] {
  return paused?.length ? ['', ...paused.map(pause => `${pause.series} ${renderPause(pause)}`)] : [];
}

function describeSeries(series: readonly SeriesStatus[] | null, { output }: CliContext): string[] {
  if (!series?.length) return [];
  const table = renderTable<SeriesStatus>(series, [
    { title: 'series', cell: row => row.series },
    { title: 'last bar (UTC)', cell: row => row.lastTime && minute(row.lastTime) },
    {
      title: 'closed',
      align: 'right',
      cell: row => (row.ageMs === null ? null : `${duration(row.ageMs)} ago`),
    },
    { title: 'features (UTC)', cell: row => row.featuresTime && minute(row.featuresTime) },
    { title: 'collected', cell: row => (row.collected ? 'yes' : 'no') },
    { title: '', cell: row => freshness(row, output) },
  ]);
  return ['', table];
}

/** A series that nobody collects is as old as it was left. */
function freshness({ stale, collected, lastTime }: SeriesStatus, { paint }: Output): string {
  if (lastTime === null) return paint.red('not fetched yet');
  if (!stale) return paint.green('fresh');
  return collected ? paint.red('stale') : 'stale';
}

function describeTemporal(temporal: NonNullable<HomeStatus['temporal']>, { output }: CliContext): string {
  const owner = temporal.external ? ' (from the environment)' : '';
  const state = temporal.answers ? output.paint.green('answers') : output.paint.red('does not answer');
  return `${temporal.address}, namespace ${temporal.namespace}${owner}, ${state}`;
}

function uptime(process: ProcessStatus, now: number): string | null {
  if (!process.running) return null;
  return duration(now - process.startedTime);
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
