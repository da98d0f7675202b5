import { join } from 'node:path';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { parseTimeframe, type Series } from '../../../contracts/series.ts';
import { type Market, marketOf, type Pair, parsePair } from './markets.ts';
import type { UserFolder } from './user-folder.ts';

/** A file under `data/`, by its path from the user's folder: bars of a series, or why not. */
export interface DataFile {
  readonly path: string;
  readonly exchange: string;
  readonly bars: { readonly series: Series; readonly kind: Market['kind']; readonly pair: string } | null;
  /** Null where it holds bars. */
  readonly reason: string | null;
}

const BARS = /^([A-Z0-9_]+)-(\d+[a-zA-Z]{1,2})(?:-([a-zA-Z_]+))?\.(feather|json|json\.gz|parquet)$/;
const DATED = /^[A-Z0-9_]+-\d{6}-\d+[a-zA-Z]{1,2}/;

/** What is known and left out, by what stands in the name; the first that fits. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/-trades\./, 'trades, not bars'],
  [/-funding_rate\./, 'funding rates, not bars of a market'],
  [/-(mark|index|premiumIndex)\./, 'mark and index prices, not bars of what was traded'],
  [/\.(h5|hdf5)$/, 'HDF5 is not read: convert it to Feather (freqtrade convert-data)'],
  [DATED, 'a dated future: only perpetual swaps and spot are kept'],
];

/** All files under `data/<exchange>/` and `data/<exchange>/futures/`, in the order of their names. */
export async function listDataFiles(folder: UserFolder): Promise<DataFile[]> {
  const files: DataFile[] = [];
  for (const exchange of await namesIn(folder, 'data', files, '')) {
    const own = join('data', exchange);
    if (!(await folder.isFolder(own))) {
      files.push(leftOut(own, exchange, 'not in a folder of an exchange'));
      continue;
    }
    for (const [path, isFutures] of [
      [own, false],
      [join(own, 'futures'), true],
    ] as const) {
      for (const name of await namesIn(folder, path, files, exchange))
        if (!(await folder.isFolder(join(path, name))))
          files.push(classify(join(path, name), name, exchange, isFutures));
        else if (isFutures || name !== 'futures') files.push(leftOut(join(path, name), exchange, 'a folder'));
    }
  }
  return files;
}

/** A folder that leads elsewhere is named, and the others are read. */
async function namesIn(
  folder: UserFolder,
  path: string,
  files: DataFile[],
  exchange: string,
): Promise<string[]> {
  try {
    return await folder.list(path);
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    files.push(leftOut(path, exchange, error.message));
    return [];
  }
}

function classify(path: string, name: string, exchange: string, isFutures: boolean): DataFile {
  const known = LEFT_OUT.find(([pattern]) => pattern.test(name));
  if (known) return leftOut(path, exchange, known[1]);
  const match = BARS.exec(name);
  if (!match) return leftOut(path, exchange, 'not named as freqtrade names its bars');
  const [, market, timeframe, candles] = match;
  if ((candles === 'futures') !== isFutures)
    return leftOut(path, exchange, isFutures ? 'not bars of a swap' : 'not bars of spot');
  const pair = parsePair(market.replace('_', '/').replace('_', ':'));
  if (!pair || (pair.settle !== null) !== isFutures)
    return leftOut(path, exchange, 'its name does not tell the pair');
  return barsOf(path, exchange, pair, timeframe);
}

function barsOf(path: string, exchange: string, pair: Pair, timeframe: string): DataFile {
  try {
    const { venue, symbol, kind } = marketOf(exchange, pair);
    const series = { venue, symbol, timeframe: parseTimeframe(timeframe) };
    return { path, exchange, bars: { series, kind, pair: pairText(pair) }, reason: null };
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    return leftOut(path, exchange, error.message);
  }
}

function pairText({ base, quote, settle }: Pair): string {
  return settle === null ? `${base}/${quote}` : `${base}/${quote}:${settle}`;
}

function leftOut(path: string, exchange: string, reason: string): DataFile {
  return { path, exchange, bars: null, reason };
}
