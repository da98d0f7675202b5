import { join } from 'node:path';
import { stringify } from 'yaml';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { Series } from '../../../contracts/series.ts';
import type { CandleStore } from '../../store.ts';
import { validateCandles } from '../../validate.ts';
import { readCandleFile } from '../index.ts';
import { readConfig, type Settings } from './config-files.ts';
import { type DataFile, listDataFiles } from './data-files.ts';
import { choosePairs } from './pairs.ts';
import { proposeRecipe } from './recipe-draft.ts';
import { mapSettings, type SettingReport } from './settings.ts';
import { UserFolder } from './user-folder.ts';

/** What became of a file under `data/`. */
export type FileReport = { readonly path: string; readonly series: Series | null } & (
  | { readonly outcome: 'imported'; readonly added: number; readonly skipped: number }
  | { readonly outcome: 'would import'; readonly bars: number }
  | { readonly outcome: 'not imported'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly code: string; readonly reason: string }
);

export interface FreqtradeReport {
  readonly files: readonly FileReport[];
  /** `venue:SYMBOL` of the pairs meant to be traded. */
  readonly symbols: readonly string[];
  readonly passedOver: readonly { readonly pair: string; readonly reason: string }[];
  readonly configFiles: readonly string[];
  /** Why the settings could not be read; null where they were, or where there is no configuration. */
  readonly configFault: string | null;
  readonly settings: readonly SettingReport[];
  /** YAML; null without settings. */
  readonly recipe: string | null;
  readonly failed: number;
}

export interface FreqtradeOptions {
  /** The configuration's path from the user's folder. */
  readonly config: string;
  /** Read and check everything, store nothing. */
  readonly dryRun: boolean;
  readonly nowMs: number;
  onFile(done: number, total: number, path: string): void;
}

/**
 * Imports the bars of a freqtrade user folder and says what its settings come to. A file that fails stops no other.
 * Nothing outside the folder is read; only the store is written.
 * @throws AlphaloomError FILE_NOT_FOUND, PERMISSION_DENIED (of the folder itself)
 */
export async function importFreqtrade(
  store: CandleStore,
  path: string,
  options: FreqtradeOptions,
): Promise<FreqtradeReport> {
  const folder = await UserFolder.open(path);
  const found = await listDataFiles(folder);
  const files: FileReport[] = [];
  for (const [index, file] of found.entries()) {
    options.onFile(index, found.length, file.path);
    files.push(await importFile(store, folder, file, options));
  }
  const config = await configOf(folder, options.config);
  const { draft, report: settings } = mapSettings(config.settings ?? {});
  const exchange = exchangeOf(config.settings);
  const known = found.flatMap(file => (file.bars && file.exchange === exchange ? [file.bars.pair] : []));
  const { symbols, passedOver } =
    config.settings && exchange
      ? choosePairs(config.settings, exchange, [...new Set(known)])
      : { symbols: [], passedOver: [] };
  const recipe = config.settings
    ? stringify(proposeRecipe(draft, 'Proposed from a freqtrade configuration; see the report beside it'))
    : null;
  const failed = files.filter(file => file.outcome === 'failed').length + (config.fault ? 1 : 0);
  return {
    files,
    symbols,
    passedOver,
    configFiles: config.files,
    configFault: config.fault,
    settings,
    recipe,
    failed,
  };
}

async function importFile(
  store: CandleStore,
  folder: UserFolder,
  { path, bars, reason }: DataFile,
  { dryRun, nowMs }: FreqtradeOptions,
): Promise<FileReport> {
  if (!bars) return { path, series: null, outcome: 'not imported', reason: reason ?? 'unknown' };
  const { series, kind } = bars;
  try {
    const candles = await readCandleFile(await folder.file(path));
    if (dryRun) {
      validateCandles(candles, series.timeframe, nowMs);
      return { path, series, outcome: 'would import', bars: candles.openTime.length };
    }
    const source = join('freqtrade', path);
    const { added, skipped } = await store.append(series, candles, { kind, source });
    return { path, series, outcome: 'imported', added, skipped };
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    return { path, series, outcome: 'failed', code: error.code, reason: error.message };
  }
}

interface FoundConfig {
  readonly settings: Settings | null;
  readonly files: readonly string[];
  readonly fault: string | null;
}

/** No configuration is no fault: a folder of data alone is one too. One that is named by another and missing is. */
async function configOf(folder: UserFolder, name: string): Promise<FoundConfig> {
  try {
    await folder.file(name);
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    const isAbsent = error.code === 'FILE_NOT_FOUND';
    return { settings: null, files: [], fault: isAbsent ? null : error.message };
  }
  try {
    return { ...(await readConfig(folder, name)), fault: null };
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    return { settings: null, files: [], fault: error.message };
  }
}

function exchangeOf(settings: Settings | null): string | null {
  const exchange = settings?.exchange as { name?: unknown } | undefined;
  return typeof exchange?.name === 'string' ? exchange.name.toLowerCase() : null;
}
