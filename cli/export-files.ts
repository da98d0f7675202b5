import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { exportPath } from '../candles/export/index.ts';
import type { TimeStyle } from '../candles/export/table.ts';
import { TABLE_FORMATS, type TableFileOptions, type TableFormat } from '../candles/export/table-file.ts';
import type { CandleStore } from '../candles/store.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseSeriesId, type Series } from '../contracts/series.ts';
import { exists } from '../storage/files.ts';
import { parseTime, readSeriesArguments } from './series-arguments.ts';

/** What every export is asked for: which series, which stretch of them, and which files. */
export interface ExportOptions {
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

/** A file to be written, of one series. */
export interface ExportFile {
  readonly series: Series;
  readonly path: string;
  readonly settings: TableFileOptions;
}

export function addExportOptions(command: Command): Command {
  return command
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
    .option('--force', 'replace files that are there');
}

/**
 * The files that the options ask for. What can be known to fail fails here, before the first is written.
 * @throws AlphaloomError USAGE, SERIES_INVALID and its like, CANDLES_NOT_FOUND, FILE_EXISTS
 */
export async function planExport(
  candles: Pick<CandleStore, 'describe'>,
  text: string | undefined,
  options: ExportOptions,
  defaultVenue: string,
): Promise<ExportFile[]> {
  const files = await filesOf(await seriesOf(text, options, defaultVenue), options);
  for (const { series, path } of files) {
    await candles.describe(series);
    if (!options.force && (await exists(path))) throw fileExists(path);
  }
  return files;
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

async function filesOf(
  wanted: readonly Series[],
  { out, format, time, force = false }: ExportOptions,
): Promise<ExportFile[]> {
  const settingsOf = (chosen: TableFormat) => ({ format: chosen, timeStyle: time, overwrite: force });
  const named = TABLE_FORMATS.find(name => extname(out).toLowerCase() === `.${name}`);
  const isFolder = wanted.length > 1 || out.endsWith('/') || (await isFolderNow(out));
  if (isFolder) {
    if (!format)
      throw new AlphaloomError(
        'USAGE',
        `Say which --format the files in ${out} get: ${TABLE_FORMATS.join(', ')}.`,
      );
    return wanted.map(series => ({
      series,
      path: exportPath(out, series, format),
      settings: settingsOf(format),
    }));
  }
  if (named === undefined || (format && format !== named)) {
    const endings = format ? `.${format}` : TABLE_FORMATS.map(name => `.${name}`).join(', ');
    throw new AlphaloomError('USAGE', `The name of ${out} must end in ${endings}, so that readers know it.`, {
      out,
    });
  }
  return [{ series: wanted[0], path: out, settings: settingsOf(named) }];
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
