import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MarketBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import {
  digestFile,
  explainDiskError,
  isDeadTemporary,
  makeFolder,
  temporaryName,
} from '../storage/files.ts';
import { duckDbReason } from './duckdb.ts';
import { findGaps } from './gaps.ts';
import type { HistoryFile } from './manifest.ts';
import { readParquet, writeParquet } from './parquet.ts';

/** A period's file under its temporary name, on disk and synced, and the manifest row that will name it. */
export interface PreparedFile {
  readonly temporary: string;
  readonly file: HistoryFile;
}

/**
 * The Parquet side of the store: one file per period, whose rows in the manifest say which are current. Files never
 * change: a period with new bars gets a new file, so a reader always sees a whole one.
 */
export class History {
  readonly #folder: string;
  /** Files whose hash was found right, by path, size and time of change. */
  readonly #verified = new Set<string>();

  constructor(root: string) {
    this.#folder = join(root, 'candles');
  }

  path(series: Series, name: string): string {
    return join(this.folderOf(series), name);
  }

  /**
   * Bars of one period's file with `fromTime` ≤ open time < `toTime`.
   * @throws AlphaloomError CANDLES_DAMAGED naming the file
   */
  async read(series: Series, file: HistoryFile, fromTime: number, toTime: number): Promise<MarketBars> {
    const path = this.path(series, file.name);
    await this.#verify(series, path, file);
    const candles = await readParquet(path, fromTime, toTime).catch(error => {
      throw damaged(series, path, duckDbReason(error), error);
    });
    const bars = candles.openTime.length;
    if (fromTime <= file.firstTime && toTime > file.lastTime && bars !== file.bars) {
      throw damaged(series, path, `${bars} of its ${file.bars} bars were read`);
    }
    return candles;
  }

  /** Writes the bars of one period under a temporary name. */
  async prepare(series: Series, period: number, name: string, candles: MarketBars): Promise<PreparedFile> {
    const folder = this.folderOf(series);
    await makeFolder(folder);
    const temporary = temporaryName(join(folder, name));
    try {
      await writeParquet(temporary, candles);
      const { sha256 } = await digestFile(temporary);
      const file = {
        period,
        name,
        sha256,
        bars: candles.openTime.length,
        firstTime: candles.openTime[0],
        lastTime: candles.openTime[candles.openTime.length - 1],
        gaps: findGaps(candles.openTime, TIMEFRAME_MS[series.timeframe]).length,
      };
      return { temporary, file };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /**
   * Gives prepared files their names, durably. To be called inside the transaction that puts them into the manifest:
   * it excludes other writers, so whatever the manifest does not name afterwards is a killed writer's rubbish.
   */
  publish(series: Series, prepared: readonly PreparedFile[]): void {
    try {
      for (const { temporary, file } of prepared) renameSync(temporary, this.path(series, file.name));
      let folder = this.folderOf(series);
      // The folders above may be new as well: timeframe, symbol, venue, candles, and their entry in the root.
      for (let level = 0; level < 5; level++, folder = join(folder, '..')) syncFolderNow(folder);
    } catch (error) {
      throw explainDiskError(this.folderOf(series), error);
    }
  }

  /** Removes what the manifest does not name: `replaced` files, leftovers of killed writers. For publish's transaction. */
  sweep(series: Series, current: readonly HistoryFile[], replaced: readonly string[]): void {
    const names = new Set([...current.map(file => file.name), ...replaced]);
    for (const name of readdirSync(this.folderOf(series))) {
      const isLeftover = name.endsWith('.parquet') ? !names.has(name) : isDeadTemporary(name);
      if (isLeftover) rmSync(this.path(series, name), { force: true });
    }
  }

  /** Removes a series' files. For the transaction that drops it: afterwards the folder may belong to a new one. */
  removeAll(series: Series): void {
    rmSync(this.folderOf(series), { recursive: true, force: true });
  }

  folderOf(series: Series): string {
    return join(this.#folder, series.venue, series.symbol, series.timeframe);
  }

  async #verify(series: Series, path: string, file: HistoryFile): Promise<void> {
    let key: string;
    let sha256: string | null = null;
    try {
      const { size, mtimeMs, ctimeMs } = await stat(path);
      key = [path, size, mtimeMs, ctimeMs].join(':');
      if (!this.#verified.has(key)) sha256 = (await digestFile(path)).sha256;
    } catch (error) {
      const reason =
        (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'the file is missing' : String(error);
      throw damaged(series, path, reason, error);
    }
    if (sha256 !== null && sha256 !== file.sha256) {
      throw damaged(series, path, 'its content is not what was stored (SHA-256 differs)');
    }
    this.#verified.add(key);
  }
}

function damaged(series: Series, path: string, reason: string, cause?: unknown): AlphaloomError {
  return new AlphaloomError(
    'CANDLES_DAMAGED',
    `The history file ${path} of ${seriesId(series)} can’t be read: ${reason}. Restore it from a backup.`,
    { path, series: seriesId(series), reason },
    { cause },
  );
}

function syncFolderNow(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
