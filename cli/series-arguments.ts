import { readFile } from 'node:fs/promises';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseSeries, type Series, seriesId } from '../contracts/series.ts';
import { exists } from '../storage/files.ts';

/**
 * Every pair of the given symbols (`BTCUSDT,ETHUSDT`, and those of a file) with the given timeframes (`15m,1h`), once each.
 * @throws AlphaloomError USAGE, SYMBOL_INVALID, TIMEFRAME_INVALID, FILE_NOT_FOUND
 */
export async function readSeriesArguments(
  symbols: string | undefined,
  timeframes: string | undefined,
  symbolsFile: string | undefined,
  defaultVenue: string,
): Promise<Series[]> {
  const names = [...splitList(symbols), ...(symbolsFile ? await readSymbolsFile(symbolsFile) : [])];
  const frames = splitList(timeframes);
  if (names.length === 0)
    throw new AlphaloomError('USAGE', 'Name at least one symbol, e.g. BTCUSD, or give --symbols-file.');
  if (frames.length === 0) throw new AlphaloomError('USAGE', 'Name at least one timeframe, e.g. 1h.');
  const byId = new Map<string, Series>();
  for (const name of names) {
    for (const frame of frames) {
      const series = parseSeries(name, frame, defaultVenue);
      byId.set(seriesId(series), series);
    }
  }
  return [...byId.values()];
}

function splitList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
}

/** A JSON array of strings, or one symbol per line (blank lines and `#` comments are passed over). */
async function readSymbolsFile(path: string): Promise<string[]> {
  if (!(await exists(path)))
    throw new AlphaloomError('FILE_NOT_FOUND', `There is no symbols file ${path}.`, { path });
  const text = await readFile(path, 'utf8');
  // No symbol begins with a brace: it is JSON, though not a list.
  if (!/^\s*[[{]/.test(text)) {
    return text
      .split(/\r?\n/)
      .map(line => line.replace(/#.*/, '').trim())
      .filter(line => line !== '');
  }
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new AlphaloomError('USAGE', `${path} is not JSON: ${(error as Error).message}`, { path });
  }
  if (Array.isArray(list) && list.every(item => typeof item === 'string')) return list;
  throw new AlphaloomError('USAGE', `${path} must be a JSON array of symbols, e.g. ["BTCUSDT", "ETHUSDT"].`, {
    path,
  });
}

/** ISO 8601 (`2026-03-01`, `2026-03-01T12:00Z`; without a zone it is UTC) to epoch ms. */
export function parseTime(text: string): number {
  const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
  if (iso.test(text) && isDay(text.slice(0, 10))) {
    const time = Date.parse(/T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) || !text.includes('T') ? text : `${text}Z`);
    if (!Number.isNaN(time)) return time;
  }
  throw new AlphaloomError(
    'TIME_INVALID',
    `"${text}" is not a time. Write ISO 8601 in UTC, e.g. 2026-03-01 or 2026-03-01T12:00Z.`,
    { got: text },
  );
}

/** Whether the calendar has it: the parser of JavaScript would read 2026-02-30 as 2 March. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** @param mend what to do instead */
export function futureTime(flag: string, time: number, now: number, mend: string): AlphaloomError {
  return new AlphaloomError(
    'TIME_INVALID',
    `${flag} is ${new Date(time).toISOString()}, which lies in the future: it is ${new Date(now).toISOString()} (UTC). ${mend}`,
    { got: time, now },
  );
}

/** `train.seed=2` and the like; values are read as JSON where they are JSON, else as text. */
export function parseAssignment(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const equals = text.indexOf('=');
  if (equals < 1)
    throw new AlphaloomError('USAGE', `"${text}" is not an assignment; write e.g. --set train.seed=2.`, {
      got: text,
    });
  const value = text.slice(equals + 1);
  return { ...before, [text.slice(0, equals)]: parseValue(value) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (!/^[{[]/.test(text)) return text;
    throw new AlphaloomError('USAGE', `${text} is not JSON; write names in quotes, e.g. {"train": 0.5}.`, {
      got: text,
    });
  }
}
