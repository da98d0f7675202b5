import { AlphaloomError } from '../../contracts/errors.ts';

const TIME_NAMES = ['ts', 'timestamp', 'time', 'open_time', 'openTime', 'date'];
const VALUE_NAMES = ['open', 'high', 'low', 'close', 'volume'];

/** Positions of the time and of open, high, low, close, volume among a file's columns, in that order. */
export type ColumnPositions = readonly [number, number, number, number, number, number];

/**
 * Finds the six columns of a bar by name (capitals do not matter).
 * @throws AlphaloomError CANDLES_INVALID naming what is unknown, missing or there twice
 */
export function findColumns(path: string, names: readonly string[]): ColumnPositions {
  const unknown = names.filter(name => !isOneOf(TIME_NAMES, name) && !isOneOf(VALUE_NAMES, name));
  if (unknown.length > 0) throw wrongColumns(path, `unknown: ${quoted(unknown)}`, names);
  const positions = [TIME_NAMES, ...VALUE_NAMES.map(name => [name])].map(allowed => {
    const found = names.filter(name => isOneOf(allowed, name));
    if (found.length === 0) throw wrongColumns(path, `missing: ${allowed[0]}`, names);
    if (found.length > 1) throw wrongColumns(path, `more than one: ${quoted(found)}`, names);
    return names.indexOf(found[0]);
  });
  return positions as unknown as ColumnPositions;
}

/**
 * The place of one column in a bar (0 is the time), for readers that meet names one by one.
 * @throws AlphaloomError CANDLES_INVALID where it is none of a bar's
 */
export function columnRole(path: string, name: string): number {
  if (isOneOf(TIME_NAMES, name)) return 0;
  const value = VALUE_NAMES.findIndex(allowed => isOneOf([allowed], name));
  if (value < 0) throw wrongColumns(path, `unknown: ${quoted([name])}`, [name]);
  return value + 1;
}

function isOneOf(allowed: readonly string[], name: string): boolean {
  return allowed.some(candidate => candidate.toLowerCase() === name.toLowerCase());
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 10).map(name => JSON.stringify(name.slice(0, 60)));
  return names.length > 10 ? `${shown.join(', ')} and ${names.length - 10} more` : shown.join(', ');
}

function wrongColumns(path: string, fault: string, names: readonly string[]): AlphaloomError {
  return new AlphaloomError(
    'CANDLES_INVALID',
    `${path} has the wrong columns (${fault}). Expected exactly one time column (${TIME_NAMES.join(', ')}) and ${VALUE_NAMES.join(', ')}.`,
    {
      path,
      rule: 'columns',
      columns: names.slice(0, 100),
      allowed: [...TIME_NAMES, ...VALUE_NAMES],
    },
  );
}
