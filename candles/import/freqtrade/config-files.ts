import { dirname } from 'node:path';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { parseConfigText } from './config-text.ts';
import type { UserFolder } from './user-folder.ts';

const MAX_CONFIG_BYTES = 1_000_000;
const MOST_FILES = 20;
const MOST_DEPTH = 5;
const MOST_NESTED = 50;

export type Settings = { readonly [key: string]: unknown };

/**
 * Reads a configuration and those that it adds by `add_config_files` (paths from the file's own folder). As in freqtrade,
 * a file wins over those it adds, and of these the later over the earlier.
 * @throws AlphaloomError CANDLES_UNREADABLE, FILE_NOT_FOUND
 */
export async function readConfig(
  folder: UserFolder,
  name: string,
): Promise<{ readonly settings: Settings; readonly files: readonly string[] }> {
  const files: string[] = [];
  const read = async (path: string, from: string, depth: number): Promise<Settings> => {
    const file = await folder.file(path, from);
    files.push(file);
    if (files.length > MOST_FILES || depth > MOST_DEPTH)
      throw badConfig(file, 'configurations add each other without end');
    const own = parse(file, await folder.text(file, MAX_CONFIG_BYTES));
    const added = own.add_config_files ?? [];
    if (!Array.isArray(added) || !added.every(item => typeof item === 'string'))
      throw badConfig(file, 'add_config_files is not a list of paths');
    let below: Settings = {};
    for (const each of added) below = merge(below, await read(each, dirname(file), depth + 1));
    return merge(below, own);
  };
  return { settings: await read(name, folder.root, 0), files };
}

function parse(path: string, text: string): Settings {
  let settings: unknown;
  try {
    settings = parseConfigText(text.replace(/^\ufeff/, ''));
  } catch {
    // The parser's own words quote the text, where secrets may stand.
    throw badConfig(path, 'it is not JSON (comments and trailing commas are allowed)');
  }
  if (isSettings(settings)) return settings;
  throw badConfig(path, 'it is not an object of settings');
}

/** Values of `over` win; objects are merged, as deep as settings go. */
function merge(under: Settings, over: Settings, depth = 0): Settings {
  const entries = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const before = entries.get(key);
    entries.set(
      key,
      depth < MOST_NESTED && isSettings(before) && isSettings(value)
        ? merge(before, value, depth + 1)
        : value,
    );
  }
  return Object.fromEntries(entries);
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badConfig(path: string, reason: string): AlphaloomError {
  return new AlphaloomError('CANDLES_UNREADABLE', `The configuration ${path} can’t be read: ${reason}.`, {
    path,
    reason,
  });
}
