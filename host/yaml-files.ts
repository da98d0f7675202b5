import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { AlphaloomError, type ErrorCode } from '../contracts/errors.ts';
import { exists, explainDiskErrors } from '../storage/files.ts';

/** YAML files that are asked for by name: a user's own and those that come with Alphaloom. */
export interface YamlFiles {
  /** `recipe` */
  readonly noun: string;
  /** Those that come with Alphaloom; looked into last. */
  readonly builtIn: string;
  /** Of the built-in ones, where errors send to. */
  readonly example: string;
  readonly notFound: ErrorCode;
  readonly invalid: ErrorCode;
}

/**
 * @param name a name (looked for in the user's folders, then the built-in ones) or a path to a YAML file
 * @returns its path
 * @throws AlphaloomError of the code `notFound`
 */
export async function findYamlFile(
  files: YamlFiles,
  name: string,
  folders: readonly string[],
): Promise<string> {
  const { noun, builtIn, notFound } = files;
  const isPath = /\.ya?ml$/.test(name) || name.includes('/');
  const candidates = isPath
    ? [resolve(name)]
    : [...folders, builtIn].flatMap(folder => [join(folder, `${name}.yaml`), join(folder, `${name}.yml`)]);
  for (const path of candidates) if (await exists(path)) return path;
  const known = await listNames([...folders, builtIn]);
  throw new AlphaloomError(
    notFound,
    `There is no ${noun} "${name}". Known: ${known.join(', ')}; or name a YAML file by its path.`,
    { name, looked: candidates },
  );
}

/**
 * Reads a file that holds one map of settings.
 * @throws AlphaloomError of the code `invalid`; PERMISSION_DENIED
 */
export async function readYamlFile(
  { invalid, example }: YamlFiles,
  path: string,
): Promise<Record<string, unknown>> {
  const document = parseDocument(await explainDiskErrors(path, () => readFile(path, 'utf8')));
  const [problem] = document.errors;
  if (problem) throw new AlphaloomError(invalid, `${path} is not YAML: ${problem.message}`, { path });
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new AlphaloomError(invalid, `${path}: ${(error as Error).message}`, { path });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new AlphaloomError(invalid, `${path} must be a map of settings; see ${example}.`, { path });
}

async function listNames(folders: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of folders) {
    if (!(await exists(folder))) continue;
    for (const file of await readdir(folder)) {
      if (/\.ya?ml$/.test(file)) names.add(basename(file, extname(file)));
    }
  }
  return [...names];
}
