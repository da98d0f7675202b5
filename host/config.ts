import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parseDocument } from 'yaml';
import { KNOWN_ACCOUNTS } from '../contracts/account-config.ts';
import { type Config, configSchema, KNOWN_VENUES } from '../contracts/config.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { MarketKind } from '../contracts/series.ts';
import { exists, explainDiskErrors } from '../storage/files.ts';
import {
  type ConfigEntry,
  type ConfigValue,
  documentEntries,
  resolveLayers,
  variableEntry,
} from './config-layers.ts';
import { strayLines } from './dotenv-lines.ts';
import { CHECKOUT } from './paths.ts';

export const CONFIG_FILE = 'alphaloom.yaml';
const VARIABLE_PREFIX = 'ALPHALOOM__';
const FILE_SUFFIX = '_FILE';

export interface ConfigRequest {
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The home's root, where a configuration is looked for after the current folder. */
  readonly homeRoot: string;
  /** Values of command-line flags by path (`temporal.port`); undefined ones are left out. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read, absolute; null where there is none. */
  readonly file: string | null;
  /** Relative paths in the configuration are relative to this. */
  readonly folder: string;
  readonly values: readonly ConfigValue[];
  /** What was passed over, for whoever wrote it; never a value. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configuration: flag, then `ALPHALOOM__SECTION__KEY`, then `.env` beside the file, then the file, then defaults.
 * The file is `ALPHALOOM_CONFIG`, or `alphaloom.yaml` of the current folder, of the home, of the checkout.
 * `ALPHALOOM__SECTION__KEY_FILE` names a file that holds the value.
 * @throws AlphaloomError CONFIG_INVALID, FILE_NOT_FOUND, PERMISSION_DENIED
 */
export async function loadConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const file = await findConfigFile(request);
  const folder = file === null ? request.cwd : dirname(file);
  const dotEnv = await readDotEnv(join(folder, '.env'));
  const entries = [
    ...documentEntries(configSchema, { venues: KNOWN_VENUES, accounts: KNOWN_ACCOUNTS }, 'default'),
    ...(file === null ? [] : await fileEntries(file)),
    ...dotEnv.entries,
    ...(await variableEntries(request.environment, 'environment')),
    ...flagEntries(request.flags ?? {}),
  ];
  const { value, values } = resolveLayers(configSchema, entries);
  return {
    config: value,
    file,
    folder,
    values,
    warnings: [...dotEnv.warnings, ...plainSecrets(values, file)],
  };
}

/** Folders of the user's own recipes, absolute. */
export function recipeFolders(loaded: LoadedConfig): string[] {
  return loaded.config.recipes.folders.map(folder => resolve(loaded.folder, folder));
}

/** Folders of the user's own policies, absolute. */
export function policyFolders(loaded: LoadedConfig): string[] {
  return loaded.config.policies.folders.map(folder => resolve(loaded.folder, folder));
}

/**
 * The kind of a venue's markets.
 * @throws AlphaloomError CONFIG_INVALID for a venue that is neither known nor configured
 */
export function venueKind(config: Config, venue: string): MarketKind {
  const entry = config.venues[venue];
  if (entry) return entry.kind;
  const known = Object.keys(config.venues);
  throw new AlphaloomError(
    'CONFIG_INVALID',
    `The kind of venue "${venue}" is not known. Write venues: {${venue}: {kind: spot}} (or swap) into ${CONFIG_FILE}; known are ${known.join(', ')}.`,
    { path: `venues.${venue}`, known },
  );
}

/** Name of the variable that names a file which holds the setting at a path: `ALPHALOOM__LLM__API_KEY_FILE` of `llm.apiKey`. */
export function fileVariable(path: string): string {
  return `${VARIABLE_PREFIX}${path.split('.').map(snakeCase).join('__')}${FILE_SUFFIX}`;
}

/** Training activities that run at once. */
export function trainingConcurrency(config: Config): number {
  const { maxConcurrentActivities } = config.training;
  return maxConcurrentActivities === 'cores' ? availableParallelism() : maxConcurrentActivities;
}

/** The file may be shared or kept under version control. */
function plainSecrets(values: readonly ConfigValue[], file: string | null): string[] {
  return values
    .filter(({ secret, origin, value }) => secret && value !== null && origin === file)
    .map(
      ({ path }) =>
        `${path} stands in plain text in ${file}. Better: ${fileVariable(path)} names a file that holds it.`,
    );
}

/** `apiKey` and `api-key` are `API_KEY`. */
function snakeCase(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase();
}

async function findConfigFile({ environment, cwd, homeRoot }: ConfigRequest): Promise<string | null> {
  const named = environment.ALPHALOOM_CONFIG;
  if (named) {
    const path = resolve(cwd, named);
    if (await exists(path)) {
      if (!(await stat(path)).isDirectory()) return path;
      throw new AlphaloomError(
        'CONFIG_INVALID',
        `ALPHALOOM_CONFIG names the folder ${path}. Name the file in it, e.g. ${join(path, CONFIG_FILE)}.`,
        { path: 'ALPHALOOM_CONFIG', value: path },
      );
    }
    throw new AlphaloomError('FILE_NOT_FOUND', `ALPHALOOM_CONFIG names ${path}, which is not there.`, {
      path,
    });
  }
  for (const folder of [cwd, homeRoot, CHECKOUT]) {
    const path = join(folder, CONFIG_FILE);
    if (await explainDiskErrors(path, () => exists(path))) return path;
  }
  return null;
}

async function fileEntries(file: string): Promise<ConfigEntry[]> {
  const text = await readText(file, file);
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem) {
    throw new AlphaloomError('CONFIG_INVALID', `${file} is not YAML: ${problem.message}`, { path: file });
  }
  return documentEntries(configSchema, toPlain(document, file), file);
}

function toPlain(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that multiply without bound.
    throw new AlphaloomError('CONFIG_INVALID', `${file}: ${(error as Error).message}`, { path: file });
  }
}

async function readDotEnv(path: string): Promise<{ entries: ConfigEntry[]; warnings: string[] }> {
  if (!(await exists(path))) return { entries: [], warnings: [] };
  const text = await readText(path, path);
  return {
    entries: await variableEntries(parseEnv(text), path),
    warnings: strayLines(text).map(
      line => `${path}, line ${line}, is neither NAME=value nor a comment (#); it was passed over.`,
    ),
  };
}

/** @throws AlphaloomError CONFIG_INVALID where a folder stands there */
async function readText(path: string, name: string): Promise<string> {
  try {
    return await explainDiskErrors(path, () => readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    throw new AlphaloomError('CONFIG_INVALID', `${name} is a folder; a file is expected there.`, { path });
  }
}

async function variableEntries(variables: NodeJS.ProcessEnv, source: string): Promise<ConfigEntry[]> {
  const entries: ConfigEntry[] = [];
  for (const [name, text] of Object.entries(variables)) {
    if (!name.startsWith(VARIABLE_PREFIX) || text === undefined) continue;
    const origin = `${source}: ${name}`;
    if (name.endsWith(FILE_SUFFIX)) {
      const target = name.slice(0, -FILE_SUFFIX.length);
      entries.push(
        variableEntry(configSchema, VARIABLE_PREFIX, target, await readSecret(name, text), origin),
      );
    } else entries.push(variableEntry(configSchema, VARIABLE_PREFIX, name, text, origin));
  }
  return entries;
}

async function readSecret(name: string, path: string): Promise<string> {
  if (!(await exists(path))) {
    throw new AlphaloomError('FILE_NOT_FOUND', `${name} names ${path}, which is not there.`, { name, path });
  }
  const secret = (await readText(path, `${name}, ${path},`)).trim();
  if (secret !== '') return secret;
  throw new AlphaloomError('CONFIG_INVALID', `${name} names the file ${path}, which is empty.`, {
    name,
    path,
  });
}

function flagEntries(flags: Readonly<Record<string, unknown>>): ConfigEntry[] {
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => ({ path: path.split('.'), value, origin: 'flag' }));
}
