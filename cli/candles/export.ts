import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { exportPath, exportSeries } from '../../candles/export/index.ts';
import type { TimeStyle } from '../../candles/export/table.ts';
import { TABLE_FORMATS, type TableFormat } from '../../candles/export/table-file.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeriesId, type Series, seriesId } from '../../contracts/series.ts';
import { exists } from '../../storage/files.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { parseTime, readSeriesArguments } from '../series-arguments.ts';
import { renderTable } from '../table.ts';

interface ExportOptions {
  readonly symbols?: string;
  readonly symbolsFile?: string;
  readonly timeframe?: string;
  readonly format?: TableFormat;
  readonly time: TimeStyle;
  readonly from?: number;
  readonly to?: number;
  readonly out: string;
  readonly force?: boolean;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('[series]', 'coinbase:BTCUSD/1h; or give --symbols and --timeframe')
    .option('--symbols <symbols>', 'BTCUSDT,ETHUSDT: a file each')
    .option('--symbols-file <file>', 'a JSON array, or one symbol per line')
    .option('--timeframe <timeframes>', '15m, or 15m,1h')
    .addOption(new Option('--format <format>', 'default: what the file’s name says').choices(TABLE_FORMATS))
    .addOption(
      new Option('--time <style>', 'ms: epoch milliseconds; iso: ISO 8601 in UTC')
        .choices(['ms', 'iso'])
        .default('ms'),
    )
    .option('--from <time>', 'first bar’s open, e.g. 2026-03-01', parseTime)
    .option('--to <time>', 'bars that open before it', parseTime)
    .requiredOption('--out <path>', 'a file; of several series, or where it is a folder, a file each in it')
    .option('--force', 'replace files that are there')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom candles export coinbase:BTCUSD/1h --out btc.csv\n  alphaloom candles export --symbols binance:BTCUSDT,binance:ETHUSDT --timeframe 15m --format parquet --from 2026-01-01 --out exported\n',
    )
    .action((series, options) => exportCandles(context, series, options));
}

async function exportCandles(
  context: CliContext,
  text: string | undefined,
  options: ExportOptions,
): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const wanted = await seriesOf(text, options, config.defaultVenue);
    const files = await filesOf(wanted, options);
    // Everything that can be known to fail fails before the first file is written.
    for (const { series, path } of files) {
      await candles.describe(series);
      if (!options.force && (await exists(path))) throw fileExists(path);
    }
    const done: { series: string; path: string; bars: number }[] = [];
    const { from, to, time, force = false } = options;
    const progress = context.output.progress('exporting');
    try {
      for (const { series, path, format } of files) {
        progress.update(done.length / files.length, seriesId(series));
        const settings = { format, timeStyle: time, overwrite: force };
        const written = await exportSeries(candles, series, { from, to }, path, settings);
        done.push({ ...written, series: seriesId(series) });
      }
    } finally {
      progress.stop();
    }
    context.output.result({ files: done }, () =>
      renderTable<(typeof done)[number]>(done, [
        { title: 'series', cell: row => row.series },
        { title: 'bars', align: 'right', cell: row => row.bars },
        { title: 'file', cell: row => row.path },
      ]),
    );
  });
}

async function seriesOf(
  text: string | undefined,
  { symbols, symbolsFile, timeframe }: ExportOptions,
  defaultVenue: string,
): Promise<Series[]> {
  if (text === undefined) return readSeriesArguments(symbols, timeframe, symbolsFile, defaultVenue);
  if (symbols === undefined && symbolsFile === undefined && timeframe === undefined)
    return [parseSeriesId(text, defaultVenue)];
  throw new AlphaloomError('USAGE', 'Name a series, or --symbols and --timeframe; not both.');
}

interface ExportFile {
  readonly series: Series;
  readonly path: string;
  readonly format: TableFormat;
}

async function filesOf(wanted: readonly Series[], { out, format }: ExportOptions): Promise<ExportFile[]> {
  const named = TABLE_FORMATS.find(name => extname(out).toLowerCase() === `.${name}`);
  const isFolder = wanted.length > 1 || out.endsWith('/') || (await isFolderNow(out));
  if (isFolder) {
    if (!format)
      throw new AlphaloomError(
        'USAGE',
        `Say which --format the files in ${out} get: ${TABLE_FORMATS.join(', ')}.`,
      );
    return wanted.map(series => ({ series, format, path: exportPath(out, series, format) }));
  }
  if (named === undefined || (format && format !== named)) {
    const endings = format ? `.${format}` : TABLE_FORMATS.map(name => `.${name}`).join(', ');
    throw new AlphaloomError(
      'USAGE',
      `The name of ${out} must end in ${endings}, so that it can be imported again.`,
      {
        out,
      },
    );
  }
  return [{ series: wanted[0], path: out, format: named }];
}

async function isFolderNow(path: string): Promise<boolean> {
  return (await exists(path)) && (await stat(path)).isDirectory();
}

function fileExists(path: string): AlphaloomError {
  return new AlphaloomError(
    'FILE_EXISTS',
    `${path} is there already; nothing was written. Name another --out, or say --force to replace it.`,
    { path },
  );
}
