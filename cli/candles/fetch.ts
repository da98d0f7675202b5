import type { Command } from 'commander';
import {
  FETCH_BATCH,
  type FetchProgress,
  type FetchReport,
  fetchCandles,
} from '../../candles/fetch/index.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeries, type Series, seriesId } from '../../contracts/series.ts';
import type { OpenRooms } from '../../host/compose.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { parseTime } from '../series-arguments.ts';
import { minute, renderTable } from '../table.ts';

interface FetchOptions {
  readonly venue?: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly since: number;
  readonly until?: number;
  readonly again?: boolean;
}

/** Series fetched at once: while one waits for the venue, another writes. */
const AT_ONCE = 3;

export function register(command: Command, context: CliContext): void {
  command
    .option('--venue <venue>', 'default: defaultVenue of the configuration')
    .requiredOption(
      '--symbol <symbols>',
      'one or more, separated by commas: BTCUSDT,ETHUSDT (with its settlement: BTC/USDT:USDT)',
    )
    .requiredOption('--timeframe <timeframes>', 'one or more, separated by commas: 15m,1h')
    .requiredOption('--since <time>', 'the first bar, e.g. 2024-01-01', parseTime)
    .option('--until <time>', 'bars that open before it (default: all that are closed)', parseTime)
    .option('--again', 'ask also for bars that the venue was found to lack')
    .addHelpText(
      'after',
      '\nGoes on where it was stopped, and asks only for what the store lacks.\n\nExample:\n  alphaloom candles fetch --venue binance --symbol BTCUSDT --timeframe 15m --since 2024-01-01\n',
    )
    .action(options => fetchAll(context, options));
}

async function fetchAll(context: CliContext, options: FetchOptions): Promise<void> {
  await withRooms(context, async (rooms, { config }) => {
    const wanted = readWanted(options, options.venue ?? config.defaultVenue);
    const signal = context.interruption();
    const progress = showProgress(context, wanted);
    const outcomes: Outcome[] = [];
    const next = wanted.values();
    const work = async () => {
      for (const item of next) outcomes.push(await fetchOne(rooms, item, options, signal, progress));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work)).finally(progress.stop);
    outcomes.sort((a, b) => a.order - b.order);
    answer(context, outcomes, signal.aborted);
  });
}

/** A series with its symbol as it was written. */
interface Wanted {
  readonly order: number;
  readonly series: Series;
  readonly symbol: string;
}

type Outcome = { readonly order: number; readonly series: string } & (
  | { readonly ok: true; readonly report: FetchReport }
  /** Null: stopped before anything was stored. */
  | { readonly ok: false; readonly error: AlphaloomError | null }
);

/** Every pair of the given symbols and timeframes, once each. @throws AlphaloomError USAGE, SYMBOL_INVALID, … */
function readWanted({ symbol, timeframe, since, until }: FetchOptions, venue: string): Wanted[] {
  if (until !== undefined && until <= since)
    throw new AlphaloomError(
      'USAGE',
      `--until must be later than --since; got ${minute(since)} to ${minute(until)}.`,
    );
  const byId = new Map<string, Wanted>();
  for (const name of words(symbol, '--symbol')) {
    for (const frame of words(timeframe, '--timeframe')) {
      const series = parseSeries(name, frame, venue);
      const withoutVenue = name.startsWith(`${series.venue}:`) ? name.slice(series.venue.length + 1) : name;
      const item = { order: byId.size, series, symbol: withoutVenue };
      if (!byId.has(seriesId(series))) byId.set(seriesId(series), item);
    }
  }
  return [...byId.values()];
}

function words(list: string, option: string): string[] {
  const found = list
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
  if (found.length === 0) throw new AlphaloomError('USAGE', `${option} names nothing.`);
  return found;
}

async function fetchOne(
  rooms: OpenRooms,
  { order, series, symbol }: Wanted,
  { since, until, again }: FetchOptions,
  signal: AbortSignal,
  progress: FetchDisplay,
): Promise<Outcome> {
  const id = seriesId(series);
  try {
    const report = await fetchCandles(rooms.candles, await rooms.venues.client(series.venue), {
      series,
      symbol,
      since,
      until: until ?? null,
      again,
      batch: FETCH_BATCH,
      signal,
      monotonicMs: rooms.clock.monotonicMs,
      onProgress: update => progress.update(id, update),
      onRetry: error => progress.retry(id, error),
    });
    progress.update(id, null);
    return { order, series: id, ok: true, report };
  } catch (error) {
    progress.update(id, null);
    if (error instanceof AlphaloomError) return { order, series: id, ok: false, error };
    if (signal.aborted) return { order, series: id, ok: false, error: null };
    throw error;
  }
}

interface FetchDisplay {
  /** Null: the series is done with. */
  update(series: string, progress: FetchProgress | null): void;
  retry(series: string, error: AlphaloomError): void;
  stop(): void;
}

/** One bar for all series: the share of each counts alike. */
function showProgress(context: CliContext, wanted: readonly Wanted[]): FetchDisplay {
  const view = context.output.progress(
    wanted.length === 1 ? seriesId(wanted[0].series) : `${wanted.length} series`,
  );
  const shares = new Map<string, number>();
  const running = new Map<string, FetchProgress>();
  let lastRetry = '';
  return {
    update(series, progress) {
      shares.set(series, progress?.share ?? 1);
      if (progress) running.set(series, progress);
      else running.delete(series);
      const share = [...shares.values()].reduce((sum, value) => sum + value, 0) / wanted.length;
      const barsPerSecond = [...running.values()].reduce((sum, { barsPerSecond: speed }) => sum + speed, 0);
      const at = progress ? `${wanted.length > 1 ? `${series} ` : ''}${minute(progress.atTime)}, ` : '';
      view.update(share, `${at}${barsPerSecond.toLocaleString('en')} bars/s${lastRetry}`);
    },
    retry(series, error) {
      lastRetry = `; asking again: ${error.code}`;
      const progress = running.get(series);
      if (progress) this.update(series, progress);
      lastRetry = '';
    },
    stop: () => view.stop(),
  };
}

function answer(context: CliContext, outcomes: readonly Outcome[], isInterrupted: boolean): void {
  const [only] = outcomes;
  // A single failure is the command's own.
  if (outcomes.length === 1 && !only.ok && only.error !== null) throw only.error;
  context.output.result({ interrupted: isInterrupted, series: outcomes.map(describeOutcome) }, () =>
    renderTable(outcomes, [
      { title: 'series', cell: outcome => outcome.series },
      {
        title: 'added',
        align: 'right',
        cell: outcome => (outcome.ok ? outcome.report.added : addedBefore(outcome)),
      },
      { title: 'were there', align: 'right', cell: outcome => (outcome.ok ? outcome.report.skipped : null) },
      {
        title: 'absent',
        align: 'right',
        cell: outcome => (outcome.ok ? outcome.report.absent.length : null),
      },
      { title: 'first', cell: outcome => (outcome.ok ? time(outcome.report.firstTime) : null) },
      { title: 'last', cell: outcome => (outcome.ok ? time(outcome.report.lastTime) : null) },
      {
        title: 'bars/s',
        align: 'right',
        cell: outcome => (outcome.ok ? outcome.report.barsPerSecond : null),
      },
      { title: 'result', cell: outcome => resultOf(outcome) },
    ]),
  );
  if (isInterrupted || outcomes.some(outcome => !outcome.ok)) context.endWith(1);
}

function describeOutcome(outcome: Outcome) {
  if (outcome.ok) return { ...outcome.report, series: outcome.series, ok: true };
  const { error } = outcome;
  if (error === null) return { series: outcome.series, ok: false, error: null };
  const { code, message, details } = error;
  return { series: outcome.series, ok: false, error: { code, message, details } };
}

const STOPPED = 'stopped; run it again to go on';

function resultOf(outcome: Outcome): string {
  if (!outcome.ok)
    return outcome.error === null ? STOPPED : `${outcome.error.code}: ${outcome.error.message}`;
  const { interrupted: stopped, firstTime, pendingBars } = outcome.report;
  if (stopped) return STOPPED;
  if (firstTime === null) return 'no bars since then';
  return pendingBars > 0 ? `${pendingBars} bars not there yet` : 'complete';
}

function addedBefore({ error }: { readonly error: AlphaloomError | null }): number | null {
  return typeof error?.details.added === 'number' ? error.details.added : null;
}

function time(epochMs: number | null): string | null {
  return epochMs === null ? null : minute(epochMs);
}
