import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { BacktestDocument, BacktestReport } from '../contracts/backtest-document.ts';
import { measurePerformance } from '../evaluation/performance/measure-performance.ts';
import {
  BACKTEST_FILES,
  requireOwnFolder,
  writeBacktestFiles,
} from '../evaluation/report/write-backtest-files.ts';
import type { BacktestRooms } from '../evaluation/version-backtest/opened-market.ts';
import { type BacktestRequest, playVersions } from '../evaluation/version-backtest/play-versions.ts';
import { DEFAULT_POLICY } from '../host/policies.ts';
import { makeFolder } from '../storage/files.ts';
import { number } from './arguments.ts';
import { type BacktestFlags, DEFAULT_CASH, readRequest } from './backtest-request.ts';
import { renderBacktest } from './backtest-text.ts';
import type { CliContext } from './context.ts';
import { withRooms } from './rooms.ts';
import { parseTime } from './series-arguments.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbols>', 'BTCUSDT; several share one purse: BTCUSDT,ETHUSDT; with a venue: binance:BTCUSDT')
    .argument('<timeframe>', '1h')
    .option(
      '--version <which>',
      'champion (the default), v7, a package’s folder or its model.onnx, or none (with --strategy); one for all symbols, or one for each with commas',
      listed,
    )
    .option('--policy <name>', 'how to trade: a policy’s name or a YAML file', DEFAULT_POLICY)
    .option('--strategy <file>', 'a file of your own that exports decide')
    .option('--from <time>', 'the first bar; without it, the first that no model has seen', parseTime)
    .option('--to <time>', 'bars that open before it', parseTime)
    .option('--cash <amount>', 'what the purse holds at first, in quote', number, DEFAULT_CASH)
    .option('--fee-bps <bps>', 'taker fee (also --fees); without it, as the recipes say', number)
    .option('--maker-fee-bps <bps>', 'fee of resting orders', number)
    .addOption(
      new Option(
        '--fee-currency <which>',
        'what fees are taken from: quote, or what an order receives',
      ).choices(['quote', 'received']),
    )
    .option('--half-spread-bps <bps>', 'half the spread', number)
    .option('--slippage-bps <bps>', 'slippage of market orders and stops', number)
    .option('--impact-bps <bps>', 'slippage × √(quantity / volume of the bar) beside it', number)
    .option('--funding-bps-per-8h <bps>', 'what longs of swaps pay shorts each eight hours', number)
    .option(
      '--funding <file>',
      'recorded rates, CSV or JSON; of several symbols SYMBOL=FILE, repeated',
      collected,
    )
    .option('--max-volume-share <share>', 'most of a bar’s volume that an order takes, over 0 to 1', number)
    .option('--in-sample', 'play bars that a model has seen in training too; the result is marked')
    .option('--ignore-age', 'let a model answer where serving would hold for its age')
    .option('--out <folder>', 'where report and files are written; without it, in the home')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom backtest BTCUSD 1h\n  alphaloom backtest binance:BTCUSDT,binance:ETHUSDT 1h --version v7,v3 --policy portfolio --from 2024-01-01\n',
    )
    .action(async (symbols: string, timeframe: string, flags: BacktestFlags) =>
      withRooms(context, async (rooms, loaded) => {
        const request = await readRequest(context, loaded, symbols, timeframe, flags);
        const folder = flags.out === undefined ? null : resolve(context.cwd, flags.out);
        // Whether anything may be written there shows before minutes are spent.
        if (folder !== null) await makeFolder(folder);
        const { backtest, report } = await playAndWrite(context, rooms, request, folder);
        context.output.result({ ...backtest, report }, () =>
          renderBacktest(backtest, report, context.output.paint),
        );
      }),
    );
}

/**
 * Plays, measures and writes the files.
 * @param folder null: one of the home's, named by what was played, so that the same again lies in the same place
 */
export async function playAndWrite(
  { output, home }: CliContext,
  rooms: BacktestRooms,
  request: BacktestRequest,
  folder: string | null,
): Promise<{ readonly backtest: BacktestReport; readonly report: string }> {
  const progress = output.progress('Backtest');
  try {
    const played = await playVersions(rooms, request, series => progress.update(null, `asks ${series}`));
    const { document, setup, result } = played;
    if (folder !== null) await requireOwnFolder(folder, document.id);
    progress.update(null, 'measures');
    const performance = measurePerformance(result, setup, { timeframe: document.timeframe });
    const target = folder ?? join(home.backtests, nameOf(document));
    await makeFolder(target);
    await writeBacktestFiles(target, { ...played, performance });
    return { backtest: { ...document, performance }, report: join(target, BACKTEST_FILES.report) };
  } finally {
    progress.stop();
  }
}

/** `coinbase-BTCUSD-1h-3f2a9c01d7e4`, with `-in-sample`; of several symbols the first and how many more. */
function nameOf({ markets, id, inSample }: BacktestDocument): string {
  const [first, ...others] = markets.map(({ series }) => series.replaceAll(/[:/]/g, '-'));
  return [
    first,
    ...(others.length > 0 ? [`and-${others.length}-more`] : []),
    id.slice(0, 12),
    ...(inSample ? ['in-sample'] : []),
  ].join('-');
}

/** A parser for commander. */
function listed(text: string): string[] {
  const words = text.split(',').map(word => word.trim());
  if (words.every(word => word !== '')) return words;
  throw new InvalidArgumentError('Expected names with commas between, e.g. v7,v3.');
}

function collected(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
