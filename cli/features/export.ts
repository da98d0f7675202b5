import type { Command } from 'commander';
import { writeTable } from '../../candles/export/table-file.ts';
import type { CandleStore } from '../../candles/store.ts';
import { barsBefore } from '../../contracts/candles.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { computeFeatures } from '../../features/batch.ts';
import type { CliContext } from '../context.ts';
import { addExportOptions, type ExportOptions, planExport } from '../export-files.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';
import { barsOf } from './bars.ts';
import { addSelection, type Selection, type SelectionOptions, selectFeatures } from './selection.ts';

type FeatureExportOptions = ExportOptions & SelectionOptions;

export function register(command: Command, context: CliContext): void {
  addExportOptions(addSelection(command))
    .option('--leader <market>', 'binance:BTCUSDT, for features that look at a leader')
    .addHelpText(
      'after',
      '\nValues are those a model sees, as float32; formulas start at the series’ first bar whatever --from says.\n\nExample:\n  alphaloom features export coinbase:BTCUSD/1h --set core15 --from 2019-01-01 --out core15.parquet\n  alphaloom features export --symbols binance:BTCUSDT,binance:ETHUSDT --timeframe 15m --set wide --format parquet --out features\n',
    )
    .action((series, options) => exportFeatures(context, series, options));
}

async function exportFeatures(
  context: CliContext,
  text: string | undefined,
  options: FeatureExportOptions,
): Promise<void> {
  await withRooms(context, async ({ candles }, loaded) => {
    const selection = await selectFeatures(context, loaded, options);
    const files = await planExport(candles, text, options, loaded.config.defaultVenue);
    const done: { series: string; path: string; rows: number }[] = [];
    for (const { series, path, settings } of files) {
      const block = await featureBlock(candles, series, selection, options);
      done.push({ series: seriesId(series), path, ...(await writeTable(path, [block], settings)) });
    }
    const features = selection.definitions.map(({ name }) => name);
    context.output.result({ files: done, features }, () =>
      renderTable<(typeof done)[number]>(done, [
        { title: 'series', cell: row => row.series },
        { title: 'rows', align: 'right', cell: row => row.rows },
        { title: 'features', align: 'right', cell: () => features.length },
        { title: 'file', cell: row => row.path },
      ]),
    );
  });
}

/** Computed over the whole history, cut to the stretch that was asked for. */
async function featureBlock(
  candles: CandleStore,
  series: Series,
  { definitions, leader }: Selection,
  { from = -Infinity, to = Infinity }: ExportOptions,
) {
  const bars = await barsOf(candles, series, leader);
  const { columns } = computeFeatures(bars, definitions, series.timeframe, 'float32');
  const [first, end] = [from, to].map(time => barsBefore(bars, time));
  return {
    time: bars.openTime.subarray(first, end),
    columns: new Map([...columns].map(([name, column]) => [name, column.subarray(first, end)])),
  };
}
