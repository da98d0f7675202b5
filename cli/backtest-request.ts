import { resolve } from 'node:path';
import type { CostSpec } from '../contracts/costs.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Policy, parsePolicy } from '../contracts/policy.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { readFundingFile } from '../evaluation/version-backtest/funding-file.ts';
import type { FundingFile, MarketRequest } from '../evaluation/version-backtest/opened-market.ts';
import type { BacktestRequest } from '../evaluation/version-backtest/play-versions.ts';
import type { LoadedConfig } from '../host/config.ts';
import { DEFAULT_POLICY, loadPolicy } from '../host/policies.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../host/recipes.ts';
import type { ModelChoice } from '../inference/chosen-model.ts';
import packageJson from '../package.json' with { type: 'json' };
import { loadOwnStrategy } from '../strategy/own/own-strategy.ts';
import type { CliContext } from './context.ts';
import { readSeriesArguments } from './series-arguments.ts';

/** What `backtest` is told on the command line. */
export interface BacktestFlags {
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

export const DEFAULT_CASH = 10_000;

/** What is wrong with the request is told before anything is asked. */
export async function readRequest(
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
