import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { AlphaloomError } from '../contracts/errors.ts';

/** One value at a path, and where it was written: a file, a variable, a flag. */
export interface ConfigEntry {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly origin: string;
}

/** A value as it holds, for `config show`; `secret` ones are not to be printed. */
export interface ConfigValue {
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
  readonly secret: boolean;
}

const DEFAULT_ORIGIN = 'default';
/** The value of a named section that holds nothing (`accounts: {second: {}}`): it is there, and takes nothing away. */
const EMPTY_SECTION = Object.freeze({});

/**
 * Lays entries over each other, later ones winning, checks the result against the schema and says of each value where it
 * came from.
 * @throws AlphaloomError CONFIG_INVALID naming each path, value, origin and what is allowed
 */
export function resolveLayers<Schema extends z.ZodType>(
  schema: Schema,
  entries: readonly ConfigEntry[],
): { value: z.infer<Schema>; values: ConfigValue[] } {
  const winners = new Map<string, ConfigEntry>();
  for (const entry of entries) {
    const below = [...winners.keys()].filter(key => key.startsWith(`${join(entry.path)}.`));
    if (entry.value === EMPTY_SECTION && below.length > 0) continue;
    // A whole section set at once (a wrong type, say) replaces what was set below it.
    for (const key of below) winners.delete(key);
    winners.set(join(entry.path), entry);
  }
  const document = nest([...winners.values()]);
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap(issue => describe(schema, issue, document, winners));
    throw new AlphaloomError('CONFIG_INVALID', problems.map(problem => problem.text).join('; '), {
      problems: problems.map(({ text: _, ...rest }) => rest),
    });
  }
  const values = leaves(schema, parsed.data, []).map(leaf => ({
    ...leaf,
    origin: winners.get(leaf.path)?.origin ?? DEFAULT_ORIGIN,
  }));
  return { value: parsed.data, values };
}

/** The entries of a parsed YAML document; sections without content are skipped, unless somebody gave them their name. */
export function documentEntries(schema: z.ZodType, document: unknown, origin: string): ConfigEntry[] {
  return flatten(schema, document, [], origin);
}

/**
 * The entry of a variable `<prefix>SECTION__KEY` (`DEFAULT_VENUE` is `defaultVenue`; in a section of free names `_` is `-`).
 * Text stays text where the schema wants text, else it is read as YAML.
 * @throws AlphaloomError CONFIG_INVALID where no setting has that name
 */
export function variableEntry(
  schema: z.ZodType,
  prefix: string,
  name: string,
  text: string,
  origin: string,
): ConfigEntry {
  const path: string[] = [];
  let at: z.ZodType | undefined = unwrap(schema);
  for (const word of name.slice(prefix.length).split('__')) {
    const keys = at instanceof z.ZodObject ? Object.keys(at.shape) : [];
    const key = at instanceof z.ZodRecord ? recordKey(word) : keys.find(known => sameName(known, word));
    if (at === undefined || key === undefined) {
      throw new AlphaloomError(
        'CONFIG_INVALID',
        `${name} (${origin}) names no setting: "${word}" is unknown${keys.length > 0 ? `; allowed: ${keys.join(', ')}` : ''}.`,
        { path: name, value: text, origin, allowed: keys },
      );
    }
    path.push(key);
    at = childSchema(at, key);
  }
  return { path, value: at instanceof z.ZodString ? text : readScalar(text), origin };
}

/** The schema of the value at a path, without its default; undefined where there is none. */
export function schemaAt(schema: z.ZodType, path: readonly string[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, key) => at && childSchema(at, key), unwrap(schema));
}

function flatten(schema: z.ZodType, value: unknown, path: string[], origin: string): ConfigEntry[] {
  const at = unwrap(schema);
  const isSection = at instanceof z.ZodObject || at instanceof z.ZodRecord;
  if (isSection && (value === null || value === undefined)) return [];
  if (!isSection || typeof value !== 'object' || Array.isArray(value)) return [{ path, value, origin }];
  return Object.entries(value as object).flatMap(([key, child]) => {
    const below = [...path, key];
    refuseSpecialKey(below, origin);
    const entries = flatten(childSchema(at, key) ?? z.unknown(), child, below, origin);
    if (entries.length > 0 || !(at instanceof z.ZodRecord)) return entries;
    return [{ path: below, value: EMPTY_SECTION, origin }];
  });
}

/** The schema's checker passes over this name in silence. */
function refuseSpecialKey(path: readonly string[], origin: string): void {
  if (path.at(-1) !== '__proto__') return;
  throw new AlphaloomError('CONFIG_INVALID', `${join(path)} (${origin}): unknown key.`, {
    path: join(path),
    origin,
  });
}

function childSchema(schema: z.ZodType, key: string): z.ZodType | undefined {
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType as z.ZodType);
  if (schema instanceof z.ZodObject && Object.hasOwn(schema.shape, key)) return unwrap(schema.shape[key]);
  return undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  let at = schema;
  while (at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodOptional)
    at = at.def.innerType as z.ZodType;
  return at;
}

/** `MAX_CONCURRENT`, `maxConcurrent` and `maxconcurrent` are one name. */
function sameName(known: string, word: string): boolean {
  return known.toLowerCase() === word.replaceAll('_', '').toLowerCase();
}

function recordKey(word: string): string {
  return /^[A-Z0-9_]+$/.test(word) ? word.toLowerCase().replaceAll('_', '-') : word;
}

function readScalar(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return text;
  }
}

/** Objects without prototype, so that no key is special. */
function nest(entries: readonly ConfigEntry[]): unknown {
  const root: Record<string, unknown> = Object.create(null);
  for (const { path, value } of entries) {
    if (path.length === 0) return value;
    let at = root;
    for (const key of path.slice(0, -1)) {
      if (typeof at[key] !== 'object' || at[key] === null) at[key] = Object.create(null);
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1)!] = value === EMPTY_SECTION ? Object.create(null) : value;
  }
  return root;
}

function leaves(
  schema: z.ZodType,
  value: unknown,
  path: readonly string[],
): { path: string; value: unknown; secret: boolean }[] {
  const at = unwrap(schema);
  if (at instanceof z.ZodObject || at instanceof z.ZodRecord) {
    const keys = at instanceof z.ZodObject ? Object.keys(at.shape) : Object.keys(value as object);
    return keys.flatMap(key =>
      leaves(childSchema(at, key)!, (value as Record<string, unknown>)[key], [...path, key]),
    );
  }
  return [{ path: join(path), value: value ?? null, secret: isSecret(at) }];
}

function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.secret === true;
}

interface Problem {
  readonly text: string;
  readonly path: string;
  readonly value?: unknown;
  readonly origin: string | null;
  readonly allowed?: readonly string[];
}

function describe(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  document: unknown,
  winners: ReadonlyMap<string, ConfigEntry>,
): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const section = schemaAt(schema, path);
    const allowed = section instanceof z.ZodObject ? Object.keys(section.shape) : [];
    return issue.keys.map(key => {
      const full = join([...path, key]);
      const origin = originOf(full, winners);
      const value = winners.get(full)?.value;
      return {
        text: `${full}${from(origin)}: unknown key; allowed here: ${allowed.join(', ')}`,
        path: full,
        value,
        origin,
        allowed,
      };
    });
  }
  const full = join(path);
  const origin = originOf(full, winners);
  const message =
    issue.code === 'invalid_key' ? `not ${issue.issues[0]?.message ?? 'a valid name'}` : issue.message;
  const at = schemaAt(schema, path);
  if (at && isSecret(at)) return [{ text: `${full}${from(origin)}: ${message}`, path: full, origin }];
  const value = path.reduce<unknown>(
    (node, key) => (node as Record<string, unknown> | null | undefined)?.[key],
    document,
  );
  const got = value === undefined ? '' : `, got ${JSON.stringify(value).slice(0, 80)}`;
  return [{ text: `${full || 'document'}${from(origin)}: ${message}${got}`, path: full, value, origin }];
}

function originOf(path: string, winners: ReadonlyMap<string, ConfigEntry>): string | null {
  for (const [key, entry] of winners) {
    if (key === path || key.startsWith(`${path}.`) || path.startsWith(`${key}.`)) return entry.origin;
  }
  return null;
}

function from(origin: string | null): string {
  return origin === null ? '' : ` (${origin})`;
}

function join(path: readonly string[]): string {
  return path.join('.');
}
