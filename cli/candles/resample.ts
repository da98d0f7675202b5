import type { Command } from 'commander';
import { type BarsCompared, compareBars } from '../../candles/compare-bars.ts';
import { resampleCandles } from '../../candles/resample.ts';
import type { CandleStore } from '../../candles/store.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import {
  parseSeriesId,
  parseTimeframe,
  type Series,
  seriesId,
  type Timeframe,
} from '../../contracts/series.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';

interface ResampleOptions {
  readonly to: string;
  readonly compare?: boolean;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('<series>', 'binance:BTCUSDT/1h')
    .requiredOption('--to <timeframes>', '4h,1d')
    .option('--compare', 'store nothing: compare with the stored bars of that timeframe')
    .addHelpText('after', '\nExample:\n  alphaloom candles resample binance:BTCUSDT/1h --to 4h,1d\n')
    .action((series, options) => resample(context, series, options));
}

async function resample(context: CliContext, text: string, options: ResampleOptions): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const series = parseSeriesId(text, config.defaultVenue);
    const timeframes = options.to.split(',').map(name => parseTimeframe(name.trim()));
    if (options.compare) return await compare(context, candles, series, timeframes);
    const rows: Stored[] = [];
    for (const timeframe of timeframes) rows.push(await store(candles, series, timeframe));
    context.output.result({ series: rows }, () =>
      renderTable<Stored>(rows, [
        { title: 'series', cell: row => row.series },
        { title: 'added', align: 'right', cell: row => row.added },
        { title: 'were there', align: 'right', cell: row => row.skipped },
        { title: 'from', cell: row => row.source },
      ]),
    );
  });
}

interface Stored {
  readonly series: string;
  readonly added: number;
  readonly skipped: number;
  readonly source: string;
}

async function store(candles: CandleStore, from: Series, timeframe: Timeframe): Promise<Stored> {
  const base = await candles.describe(from);
  const series = { ...from, timeframe };
  const bars = resampleCandles(await candles.read(from), from.timeframe, timeframe);
  if (bars.openTime.length === 0) {
    throw new AlphaloomError(
      'RESAMPLE_INVALID',
      `${seriesId(from)} holds no ${timeframe} bar whose ${from.timeframe} bars are all there.`,
      { series: seriesId(from), to: timeframe },
    );
  }
  const source = `resampled from ${seriesId(from)}`;
  await requireOurs(candles, series, source);
  const { kind, synthetic } = base;
  const { added, skipped } = await candles.append(series, bars, { kind, synthetic, source });
  if (base.market) await candles.recordMarket(series, base.market);
  return { series: seriesId(series), added, skipped, source };
}

/** Bars of two origins in one series would pass for what its source says. */
async function requireOurs(candles: CandleStore, series: Series, source: string): Promise<void> {
  const there = (await candles.list()).find(summary => seriesId(summary.series) === seriesId(series));
  if (!there || there.source === source) return;
  throw new AlphaloomError(
    'CANDLES_CONFLICT',
    `${seriesId(series)} is there already, from ${there.source}; nothing was stored. See with --compare whether its bars are the same, or drop it first: candles remove.`,
    { series: seriesId(series), source: there.source },
  );
}

async function compare(
  context: CliContext,
  candles: CandleStore,
  from: Series,
  timeframes: readonly Timeframe[],
): Promise<void> {
  const base = await candles.read(from);
  const rows: (BarsCompared & { series: string })[] = [];
  for (const timeframe of timeframes) {
    const series = { ...from, timeframe };
    const resampled = resampleCandles(base, from.timeframe, timeframe);
    rows.push({ series: seriesId(series), ...compareBars(resampled, await candles.read(series)) });
  }
  if (rows.some(row => row.different.length > 0)) context.endWith(1);
  context.output.result({ series: rows }, () =>
    renderTable<(typeof rows)[number]>(rows, [
      { title: 'series', cell: row => row.series },
      { title: 'in both', align: 'right', cell: row => row.inBoth },
      { title: 'equal', align: 'right', cell: row => row.equal },
      { title: 'different', align: 'right', cell: row => row.different.length },
      { title: 'first', cell: row => row.different[0] && new Date(row.different[0].openTime).toISOString() },
    ]),
  );
}
