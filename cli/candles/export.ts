import type { Command } from 'commander';
import { exportSeries } from '../../candles/export/index.ts';
import { seriesId } from '../../contracts/series.ts';
import type { CliContext } from '../context.ts';
import { addExportOptions, type ExportOptions, planExport } from '../export-files.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';

export function register(command: Command, context: CliContext): void {
  addExportOptions(command)
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
    const files = await planExport(candles, text, options, config.defaultVenue);
    const done: { series: string; path: string; bars: number }[] = [];
    const progress = context.output.progress('exporting');
    try {
      for (const { series, path, settings } of files) {
        progress.update(done.length / files.length, seriesId(series));
        const written = await exportSeries(candles, series, options, path, settings);
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
