import type { Json } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';

/**
 * One text for one value: keys sorted by code unit, no spaces, numbers as JSON writes them.
 * @throws AlphaloomError INTERNAL where a value has no JSON of its own (NaN, undefined, functions, dates, typed arrays),
 *   naming its path: a hash over something that was silently dropped would call different inputs the same
 */
export function canonicalJson(value: Json): string {
  return write(value, 'value');
}

/**
 * Text of a result that is to be read again: as `canonicalJson`, but a key whose value is undefined counts as absent.
 * @throws AlphaloomError INTERNAL as above
 */
export function storableJson(value: unknown): string {
  return write(withoutUndefined(value), 'result');
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    // Not map: it skips holes.
    return `[${Array.from(value, (item, index) => write(item, `${path}[${index}]`)).join(',')}]`;
  }
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map(key => `${JSON.stringify(key)}:${write(value[key], `${path}.${key}`)}`);
    return `{${members.join(',')}}`;
  }
  throw new AlphaloomError('INTERNAL', `${path} is ${describe(value)}, which JSON can’t hold.`, { path });
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, withoutUndefined);
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutUndefined(member)]));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' ? `a ${value?.constructor?.name ?? 'special object'}` : String(value);
}
