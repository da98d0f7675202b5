import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Candles } from '../../../contracts/candles.ts';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { unreadableFile } from '../unreadable.ts';
import { JsonBars } from './bars.ts';
import { JsonScanner } from './scanner.ts';

/** Five million bars as this project writes them are 750 MB. */
const MAX_JSON_BYTES = 1_000_000_000;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const CHUNK_BYTES = 1 << 16;

/**
 * Reads bars from JSON: an array of rows `[ts, o, h, l, c, v]` (numbers or digits in quotes; Binance's klines count by
 * their first six cells), an array of objects, one of these per line, or an object of columns. Times are epoch ms or ISO
 * 8601. The file is scanned piece by piece; memory holds the bars alone.
 * @throws AlphaloomError CANDLES_UNREADABLE, CANDLES_INVALID
 */
export function readJsonFile(path: string): Promise<Candles> {
  return readJson(path, file => file);
}

/** The same of a file that gzip packed; the limit is on what comes out of it. */
export function readGzippedJsonFile(path: string): Promise<Candles> {
  return readJson(path, file => {
    const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
    file.once('error', error => unpacked.destroy(error));
    return file.pipe(unpacked);
  });
}

async function readJson(path: string, unpack: (file: Readable) => Readable): Promise<Candles> {
  if ((await stat(path)).size > MAX_JSON_BYTES) throw tooLarge(path);
  const bars = new JsonBars(path);
  const scanner = new JsonScanner(bars);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let bytes = 0;
  try {
    for await (const chunk of unpack(file) as AsyncIterable<Buffer>) {
      const isMarked = bytes === 0 && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK);
      bytes += chunk.length;
      if (bytes > MAX_JSON_BYTES) throw tooLarge(path);
      scanner.push(isMarked ? chunk.subarray(3) : chunk);
    }
    scanner.finish();
    return bars.finish();
  } catch (error) {
    if (error instanceof AlphaloomError) throw error;
    throw unreadableFile(path, (error as Error).message, error);
  } finally {
    file.destroy();
  }
}

function tooLarge(path: string): AlphaloomError {
  return unreadableFile(
    path,
    `it holds more than ${MAX_JSON_BYTES / 1e6} MB of JSON; split it by time, or convert it to Parquet`,
  );
}
