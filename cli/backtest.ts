import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { BacktestDocument, BacktestReport } from '../contracts/backtest-document.ts';
import type { CostSpec } from '../contracts/costs.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Policy, parsePolicy } from '../contracts/policy.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { measurePerformance } from '../evaluation/performance/measure-performance.ts';
import {
  BACKTEST_FILES,
  requireOwnFolder,
  writeBacktestFiles,
} from '../evaluation/report/write-backtest-files.ts';
import { readFundingFile } from '../evaluation/version-backtest/funding-file.ts';
import type {
  BacktestRooms,
  FundingFile,
  MarketRequest,
} from '../evaluation/version-backtest/opened-market.ts';
import { type BacktestRequest, playVersions } from '../evaluation/version-backtest/play-versions.ts';
import type { LoadedConfig } from '../host/config.ts';
import { DEFAULT_POLICY, loadPolicy } from '../host/policies.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../host/recipes.ts';
import type { ModelChoice } from '../inference/chosen-model.ts';
import packageJson from '../package.json' with { type: 'json' };
import { makeFolder } from '../storage/files.ts';
import { loadOwnStrategy } from '../strategy/own/own-strategy.ts';
import { number } from './arguments.ts';
import { renderBacktest } from './backtest-text.ts';
import type { CliContext } from './context.ts';
import { withRooms } from './rooms.ts';
import { parseTime, readSeriesArguments } from './series-arguments.ts';

interface BacktestFlags {
  readonly version?: readonly string[];
  readonly policy: string;
  readonly strategy?: string;
  readonly from?: number;
  readonly to?: number;
  readonly cash: number;
  readonly feeBps?: number;
  readonly makerFeeBps?: number;
  readonly halfSpreadBps?: number;
  readonly slippageBps?: number;
  readonly impactBps?: number;
  readonly feeCurrency?: CostSpec['feeCurrency'];
  readonly fundingBpsPer8h?: number;
  readonly funding?: readonly string[];
  readonly maxVolumeShare?: number;
  readonly inSample?: boolean;
  readonly ignoreAge?: boolean;
  readonly out?: string;
}

const DEFAULT_CASH = 10_000;

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

/** What is wrong with the request is told before anything is asked. */
async function readRequest(
  { cwd }: CliContext,
  loaded: LoadedConfig,
  symbols: string,
  timeframe: string,
  flags: BacktestFlags,
): Promise<BacktestRequest> {
  const series = await readSeriesArguments(symbols, timeframe, undefined, loaded.config.defaultVenue);
  const timeframes = new Set(series.map(each => each.timeframe));
  if (timeframes.size > 1)
    throw new AlphaloomError('USAGE', `A backtest has one timeframe; got ${[...timeframes].join(', ')}.`);
  const models = modelsOf(series, flags, cwd);
  const funding = await fundingOf(series, flags.funding ?? [], cwd);
  if (flags.fundingBpsPer8h !== undefined && !funding.includes(null)) {
    throw new AlphaloomError(
      'USAGE',
      '--funding-bps-per-8h is for series without a file of rates, and --funding gives one to each. Leave one of them out.',
    );
  }
  return {
    ...(await defaultRequest(loaded)),
    markets: series.map(
      (each, at): MarketRequest => ({ series: each, model: models[at], funding: funding[at] }),
    ),
    policy: await policyOf(loaded, flags),
    strategy: flags.strategy === undefined ? null : await loadOwnStrategy(resolve(cwd, flags.strategy)),
    fromTime: flags.from ?? null,
    toTime: flags.to ?? null,
    initialCash: flags.cash,
    costs: {
      feeBps: flags.feeBps,
      makerFeeBps: flags.makerFeeBps,
      feeCurrency: flags.feeCurrency,
      halfSpreadBps: flags.halfSpreadBps,
      slippageBps: flags.slippageBps,
      impactBps: flags.impactBps,
      fundingBpsPer8h: flags.fundingBpsPer8h,
    },
    allowSeen: flags.inSample === true,
    ignoreAge: flags.ignoreAge === true,
  };
}

/** What is played where nothing is asked for, but of which symbols. */
export async function defaultRequest(loaded: LoadedConfig): Promise<Omit<BacktestRequest, 'markets'>> {
  return {
    policy: await loadPolicy(loaded, DEFAULT_POLICY),
    strategy: null,
    fromTime: null,
    toTime: null,
    initialCash: DEFAULT_CASH,
    costs: {},
    allowSeen: false,
    ignoreAge: false,
    defaultRecipe: await loadConfiguredRecipe(loaded, DEFAULT_RECIPE),
    alphaloom: packageJson.version,
  };
}

async function policyOf(
  loaded: LoadedConfig,
  { policy: name, maxVolumeShare }: BacktestFlags,
): Promise<Policy> {
  const policy = await loadPolicy(loaded, name);
  if (maxVolumeShare === undefined) return policy;
  return parsePolicy({ ...policy, maxVolumeShare }, `--max-volume-share over the policy ${policy.name}`);
}

/** One for all symbols, or one for each. */
function modelsOf(
  series: readonly Series[],
  { version = ['champion'], strategy }: BacktestFlags,
  cwd: string,
): (ModelChoice | null)[] {
  if (version.length !== 1 && version.length !== series.length) {
    throw new AlphaloomError(
      'USAGE',
      `--version names ${version.length} models for ${series.length} symbols: ${series.map(seriesId).join(', ')}. Name one for all, or one for each.`,
    );
  }
  const choices = series.map((_, at) => choiceOf(version[version.length === 1 ? 0 : at], cwd));
  if (strategy === undefined && choices.includes(null)) {
    throw new AlphaloomError(
      'USAGE',
      'Without a model only a strategy of your own can trade: --version none needs --strategy FILE.',
    );
  }
  return choices;
}

function choiceOf(text: string, cwd: string): ModelChoice | null {
  if (text === 'none') return null;
  if (text === 'champion') return { kind: 'champion' };
  const version = /^v?([1-9]\d{0,8})$/.exec(text);
  if (version) return { kind: 'version', version: Number(version[1]) };
  return { kind: 'package', path: resolve(cwd, text) };
}

/** `SYMBOL=FILE`, or one file for the one symbol. */
async function fundingOf(
  series: readonly Series[],
  words: readonly string[],
  cwd: string,
): Promise<(FundingFile | null)[]> {
  const files: (FundingFile | null)[] = series.map(() => null);
  for (const word of words) {
    const equals = word.indexOf('=');
    const symbol = word.slice(0, Math.max(0, equals));
    const at =
      equals < 0 && series.length === 1 ? 0 : series.findIndex(each => namesOf(each).includes(symbol));
    if (at < 0) {
      throw new AlphaloomError(
        'USAGE',
        `--funding ${word} names none of the symbols; write SYMBOL=FILE with one of ${series.map(each => each.symbol).join(', ')}.`,
      );
    }
    files[at] = await readFundingFile(resolve(cwd, word.slice(equals + 1)));
  }
  return files;
}

function namesOf({ venue, symbol }: Series): string[] {
  return [symbol, `${venue}:${symbol}`];
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
