import { type Command, Option } from 'commander';
import { readCandleFile } from '../../candles/import/index.ts';
import { type MarketKind, parseSeries, seriesId } from '../../contracts/series.ts';
import { venueKind } from '../../host/config.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { minute } from '../table.ts';

interface ImportOptions {
  readonly venue?: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly kind?: MarketKind;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument(
      '<file>',
      'Parquet, CSV, JSON (.json, .jsonl, .ndjson, .json.gz), Feather or Arrow: ts (bar open, epoch ms), open, high, low, close, volume',
    )
    .option('--venue <venue>', 'default: defaultVenue of the configuration')
    .requiredOption('--symbol <symbol>', 'BTCUSDT')
    .requiredOption('--timeframe <timeframe>', '15m')
    .addOption(new Option('--kind <kind>', 'default: the venue’s').choices(['spot', 'swap']))
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom candles import btc.csv --venue binance --symbol BTCUSDT --timeframe 15m\n',
    )
    .action((file, options) => importFile(context, file, options));
}

async function importFile(context: CliContext, file: string, options: ImportOptions): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const series = parseSeries(options.symbol, options.timeframe, options.venue ?? config.defaultVenue);
    const kind = options.kind ?? venueKind(config, series.venue);
    const report = await candles.append(series, await readCandleFile(file), { kind, source: file });
    const summary = await candles.describe(series);
    if (summary.firstTime < summary.anchorTime) {
      context.output.warn(
        `Bars before ${minute(summary.anchorTime)}, where this series began, are kept but not trained on: what recursive indicators see must not move.`,
      );
    }
    context.output.result(
      { ...report, ...summary, series: seriesId(series) },
      () =>
        `${seriesId(series)}: ${report.added} bars added, ${report.skipped} were there; now ${summary.bars} bars, ${summary.gaps} gaps`,
    );
  });
}
