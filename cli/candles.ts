import type { Command } from 'commander';
import { Option } from 'commander';
import { readCandleFile } from '../candles/import/index.ts';
import { type MarketKind, parseSeries, parseSeriesId, seriesId } from '../contracts/series.ts';
import { venueKind } from '../host/config.ts';
import type { CliContext } from './context.ts';
import { withRooms } from './rooms.ts';
import { renderTable } from './table.ts';

interface ImportOptions {
  readonly venue?: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly kind?: MarketKind;
}

export function register(command: Command, context: CliContext): void {
  command.addHelpText(
    'after',
    '\nExample:\n  alphaloom candles import btc.parquet --venue coinbase --symbol BTCUSD --timeframe 1h\n',
  );
  command
    .command('import')
    .description('Store the bars of a Parquet or CSV file; all of them, or none.')
    .argument('<file>', 'columns: ts (bar open, epoch ms), open, high, low, close, volume')
    .option('--venue <venue>', 'default: defaultVenue of the configuration')
    .requiredOption('--symbol <symbol>', 'BTCUSDT')
    .requiredOption('--timeframe <timeframe>', '15m')
    .addOption(new Option('--kind <kind>', 'default: the venue’s').choices(['spot', 'swap']))
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom candles import btc.csv --venue binance --symbol BTCUSDT --timeframe 15m\n',
    )
    .action((file, options) => importFile(context, file, options));
  command
    .command('list')
    .description('Show the stored series.')
    .addHelpText('after', '\nExample:\n  alphaloom candles list --json\n')
    .action(() => list(context));
  command
    .command('check')
    .description('Verify the stored bars of all series, or of one, and report gaps.')
    .argument('[series]', 'coinbase:BTCUSD/1h')
    .addHelpText('after', '\nExample:\n  alphaloom candles check coinbase:BTCUSD/1h\n')
    .action(series => check(context, series));
}

async function importFile(context: CliContext, file: string, options: ImportOptions): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const series = parseSeries(options.symbol, options.timeframe, options.venue ?? config.defaultVenue);
    const kind = options.kind ?? venueKind(config, series.venue);
    const report = await candles.append(series, await readCandleFile(file), { kind, source: file });
    const summary = await candles.describe(series);
    if (summary.firstTime < summary.anchorTime) {
      context.output.warn(
        `Bars before ${time(summary.anchorTime)}, where this series began, are kept but not trained on: what recursive indicators see must not move.`,
      );
    }
    context.output.result(
      { ...report, ...summary, series: seriesId(series) },
      () =>
        `${seriesId(series)}: ${report.added} bars added, ${report.skipped} were there; now ${summary.bars} bars, ${summary.gaps} gaps`,
    );
  });
}

async function list(context: CliContext): Promise<void> {
  await withRooms(context, async ({ candles }) => {
    const rows = (await candles.list()).map(row => ({ ...row, series: seriesId(row.series) }));
    context.output.result({ series: rows }, () =>
      rows.length === 0
        ? 'No candles yet. Import some: alphaloom candles import --help'
        : renderTable<(typeof rows)[number]>(rows, [
            { title: 'series', cell: row => row.series },
            { title: 'market', cell: row => row.kind },
            { title: 'bars', align: 'right', cell: row => row.bars },
            { title: 'first', cell: row => time(row.firstTime) },
            { title: 'last', cell: row => time(row.lastTime) },
            { title: 'gaps', align: 'right', cell: row => row.gaps },
          ]),
    );
  });
}

async function check(context: CliContext, text: string | undefined): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const series = text
      ? [parseSeriesId(text, config.defaultVenue)]
      : (await candles.list()).map(row => row.series);
    const rows = await Promise.all(
      series.map(async each => ({ ...(await candles.check(each)), series: seriesId(each) })),
    );
    context.output.result({ series: rows }, () =>
      renderTable<(typeof rows)[number]>(rows, [
        { title: 'series', cell: row => row.series },
        { title: 'bars', align: 'right', cell: row => row.bars },
        { title: 'gaps', align: 'right', cell: row => row.gaps.length },
        { title: 'missing bars', align: 'right', cell: row => row.missingBars },
        { title: 'longest gap', align: 'right', cell: row => row.longestGap?.missingBars },
        { title: 'zero volume', align: 'right', cell: row => row.zeroVolumeBars },
      ]),
    );
  });
}

function time(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ');
}
