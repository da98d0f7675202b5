import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { readBooks } from '../../candles/ticks/book-file.ts';
import { buildTickBars } from '../../candles/ticks/tick-bars.ts';
import { readTrades } from '../../candles/ticks/trade-file.ts';
import { type MarketKind, parseSeries, seriesId } from '../../contracts/series.ts';
import { venueKind } from '../../host/config.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';

interface ImportOptions {
  readonly books: readonly string[];
  readonly venue?: string;
  readonly symbol: string;
  readonly kind?: MarketKind;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument(
      '<trades...>',
      'Parquet or CSV: event_ms (or trade_us, …), price, qty; several files are one recording',
    )
    .option(
      '--books <file>',
      'ts, bid1_px, bid1_qty, ask1_px, ask1_qty, … of 20 levels; may be repeated',
      collect,
      [],
    )
    .option('--venue <venue>', 'default: defaultVenue of the configuration')
    .requiredOption('--symbol <symbol>', 'BTCUSDT')
    .addOption(new Option('--kind <kind>', 'default: the venue’s').choices(['spot', 'swap']))
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom candles import-ticks trades.parquet --books books.parquet --venue binance --symbol BTCUSDT\n',
    )
    .action((trades, options) => importTicks(context, trades, options));
}

async function importTicks(
  context: CliContext,
  tradeFiles: readonly string[],
  options: ImportOptions,
): Promise<void> {
  await withRooms(context, async ({ candles }, { config }) => {
    const series = parseSeries(options.symbol, '1s', options.venue ?? config.defaultVenue);
    const kind = options.kind ?? venueKind(config, series.venue);
    const trades = await readTrades(tradeFiles);
    const books = options.books.length > 0 ? await readBooks(options.books) : null;
    const bars = buildTickBars(trades, books);
    const source = `ticks: ${tradeFiles.map(file => basename(file)).join(', ')}`;
    const report = await candles.append(series, bars, { kind, source });
    const withDepth = bars.bidDepth?.reduce((count, depth) => count + (Number.isNaN(depth) ? 0 : 1), 0) ?? 0;
    const result = {
      ...report,
      series: seriesId(series),
      trades: trades.time.length,
      books: books?.time.length ?? 0,
      seconds: bars.openTime.length,
      secondsWithDepth: withDepth,
      fromTime: bars.openTime[0],
      toTime: bars.openTime[bars.openTime.length - 1],
    };
    context.output.result(
      result,
      () =>
        `${result.series}: ${result.trades} trades and ${result.books} books are ${result.seconds} seconds (${withDepth} with depth); ${report.added} added, ${report.skipped} were there`,
    );
  });
}

function collect(file: string, before: readonly string[]): string[] {
  return [...before, file];
}
