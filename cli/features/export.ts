import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import type { TimeStyle } from '../../candles/export/table.ts';
import { TABLE_FORMATS, type TableFormat, writeTable } from '../../candles/export/table-file.ts';
import { barsBefore } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeriesId, seriesId } from '../../contracts/series.ts';
import { computeFeatures } from '../../features/batch.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { parseTime } from '../series-arguments.ts';
import { barsOf } from './bars.ts';
import { addSelection, type SelectionOptions, selectFeatures } from './selection.ts';

interface ExportOptions extends SelectionOptions {
  readonly format?: TableFormat;
  readonly time: TimeStyle;
  readonly from?: number;
  readonly to?: number;
  readonly out: string;
  readonly force?: boolean;
}

export function register(command: Command, context: CliContext): void {
  addSelection(command.argument('<series>', 'coinbase:BTCUSD/1h'))
    .option('--leader <market>', 'binance:BTCUSDT, for features that look at a leader')
    .addOption(new Option('--format <format>', 'default: what the file’s name says').choices(TABLE_FORMATS))
    .addOption(
      new Option('--time <style>', 'ms: epoch milliseconds; iso: ISO 8601 in UTC')
        .choices(['ms', 'iso'])
        .default('ms'),
    )
    .option('--from <time>', 'first bar’s open, e.g. 2026-03-01', parseTime)
    .option('--to <time>', 'bars that open before it', parseTime)
    .requiredOption('--out <file>', 'where to write')
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      '\nValues are those a model sees, as float32; formulas start at the series’ first bar whatever --from says.\n\nExample:\n  alphaloom features export coinbase:BTCUSD/1h --set core15 --from 2019-01-01 --out core15.parquet\n',
    )
    .action((series, options) => exportFeatures(context, series, options));
}

async function exportFeatures(context: CliContext, text: string, options: ExportOptions): Promise<void> {
  await withRooms(context, async ({ candles }, loaded) => {
    const series = parseSeriesId(text, loaded.config.defaultVenue);
    const format = options.format ?? formatOf(options.out);
    const { definitions, leader } = await selectFeatures(context, loaded, options);
    const bars = await barsOf(candles, series, leader);
    const { columns } = computeFeatures(bars, definitions, series.timeframe, 'float32');
    const [from, to] = [options.from ?? -Infinity, options.to ?? Infinity].map(time =>
      barsBefore(bars, time),
    );
    const block = {
      time: bars.openTime.subarray(from, to),
      columns: new Map([...columns].map(([name, column]) => [name, column.subarray(from, to)])),
    };
    const settings = { format, timeStyle: options.time, overwrite: options.force ?? false };
    const { rows } = await writeTable(options.out, [block], settings);
    const document = { series: seriesId(series), file: options.out, rows, features: [...columns.keys()] };
    context.output.result(
      document,
      () => `Wrote ${rows} rows of ${columns.size} features to ${options.out}.`,
    );
  });
}

function formatOf(path: string): TableFormat {
  const named = TABLE_FORMATS.find(format => extname(path).toLowerCase() === `.${format}`);
  if (named) return named;
  throw new AlphaloomError(
    'USAGE',
    `The name of ${path} does not end in ${TABLE_FORMATS.map(format => `.${format}`).join(', ')}. Say which --format it gets.`,
    { out: path },
  );
}
