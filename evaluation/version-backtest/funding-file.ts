import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CellPlace, parseNumber, parseTime } from '../../candles/import/cells.ts';
import type { FundingRates } from '../../contracts/backtest.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { exists, explainDiskErrors } from '../../storage/files.ts';
import type { FundingFile } from './opened-market.ts';

/** What exchanges and their archives call the two columns. */
const TIME_NAMES = ['time', 'ts', 'timestamp', 'date', 'fundingTime', 'funding_time', 'calc_time'];
const RATE_NAMES = ['rate', 'fundingRate', 'funding_rate', 'last_funding_rate'];

const LARGEST_BYTES = 100_000_000;

/** A payment of more than this share of a position is a percentage, or a mistake. */
const LARGEST_RATE = 0.1;

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads recorded funding rates: CSV with a line of titles, or JSON as a list of objects (as Binance's interface answers);
 * a column of times (epoch ms or ISO 8601) and one of rates (shares of the position's value: 0.0001 is one basis point).
 * @throws AlphaloomError FILE_NOT_FOUND, PERMISSION_DENIED; BACKTEST_INVALID naming the row and what was expected
 */
export async function readFundingFile(path: string): Promise<FundingFile> {
  if (!(await exists(path))) {
    throw new AlphaloomError('FILE_NOT_FOUND', `There is no file of funding rates ${path}.`, { path });
  }
  const bytes = await explainDiskErrors(path, () => readFile(path));
  if (bytes.length > LARGEST_BYTES)
    throw invalid(path, `it has ${bytes.length} bytes; at most ${LARGEST_BYTES} are read`);
  const text = bytes.toString('utf8');
  const rows = /^\s*[[{]/.test(text) ? jsonRows(text, path) : csvRows(text);
  return {
    name: basename(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    rates: ratesOf(rows, path),
  };
}

function csvRows(text: string): Row[] {
  const [titles = '', ...lines] = text.split(/\r?\n/).filter(line => line.trim() !== '');
  const names = cellsOf(titles);
  return lines.map(line => Object.fromEntries(cellsOf(line).map((cell, at) => [names[at], cell])));
}

function cellsOf(line: string): string[] {
  return line.split(/[,;\t]/).map(cell => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function jsonRows(text: string, path: string): Row[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(path, `it is not JSON: ${(error as Error).message}`, error);
  }
  if (Array.isArray(value) && value.every(row => typeof row === 'object' && row !== null)) return value;
  throw invalid(
    path,
    'expected a list of objects, e.g. [{"fundingTime": 1700000000000, "fundingRate": "0.0001"}]',
  );
}

function ratesOf(rows: readonly Row[], path: string): FundingRates {
  if (rows.length === 0) throw invalid(path, 'it holds no rates');
  const timeName = nameAmong(TIME_NAMES, rows[0]!, path);
  const rateName = nameAmong(RATE_NAMES, rows[0]!, path);
  const time = new Float64Array(rows.length);
  const rate = new Float64Array(rows.length);
  for (const [at, row] of rows.entries()) {
    time[at] = cell(row[timeName], { path, row: at + 1, column: timeName }, parseTime);
    rate[at] = cell(row[rateName], { path, row: at + 1, column: rateName }, parseNumber);
    if (at > 0 && !(time[at]! > time[at - 1]!))
      throw invalid(path, `row ${at + 1} is not after the one before it; expected ascending times`);
    if (Math.abs(rate[at]!) > LARGEST_RATE)
      throw invalid(
        path,
        `row ${at + 1} has a rate of ${rate[at]}; expected a share of the position of at most ${LARGEST_RATE} (0.0001 is one basis point)`,
      );
  }
  return { time, rate };
}

function nameAmong(names: readonly string[], row: Row, path: string): string {
  const found = names.find(name => Object.hasOwn(row, name));
  if (found !== undefined) return found;
  throw invalid(
    path,
    `expected a column called ${names.join(' or ')}; got ${Object.keys(row).slice(0, 10).join(', ')}`,
  );
}

function cell(
  value: unknown,
  place: CellPlace,
  parse: (text: string | null, place: CellPlace) => number,
): number {
  try {
    return parse(value === undefined || value === null ? null : String(value), place);
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    throw new AlphaloomError('BACKTEST_INVALID', error.message, error.details, { cause: error });
  }
}

function invalid(path: string, what: string, cause?: unknown): AlphaloomError {
  return new AlphaloomError(
    'BACKTEST_INVALID',
    `The funding rates of ${path} can’t be used: ${what}.`,
    { path },
    { cause },
  );
}
