import { readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Series, seriesId } from '../../contracts/series.ts';
import { type ColumnValues, readColumns, writeColumns } from '../../storage/arrow/column-file.ts';
import { digestFile, isDeadTemporary, makeFolder, syncFile, temporaryName } from '../../storage/files.ts';
import type { FeatureRows } from './feature-rows.ts';

/** Rows of a stretch of bars in one file. */
export interface Part {
  readonly name: string;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly rows: number;
  readonly sha256: string;
}

/** A part's file under its temporary name. */
export interface PreparedPart {
  readonly temporary: string;
  readonly part: Part;
}

/** The Arrow files of one series and schema: `ts` (int64, open time in epoch ms), then a float32 column per feature. */
export class PartFiles {
  readonly folder: string;
  readonly #series: Series;

  constructor(root: string, series: Series, schemaHash: string) {
    const { venue, symbol, timeframe } = series;
    this.folder = join(root, 'features', venue, symbol, timeframe, schemaHash.slice(0, 16));
    this.#series = series;
  }

  /** Writes a part's file; it counts once it is published and the database names it. */
  async prepare({ openTime, columns }: FeatureRows): Promise<PreparedPart> {
    const firstTime = openTime[0];
    await makeFolder(this.folder);
    const temporary = temporaryName(join(this.folder, `${firstTime}.arrow`));
    try {
      await writeColumns(temporary, {
        columns: new Map<string, ColumnValues>([['ts', BigInt64Array.from(openTime, BigInt)], ...columns]),
        metadata: new Map([['series', seriesId(this.#series)]]),
      });
      await syncFile(temporary);
      const { sha256 } = await digestFile(temporary);
      const part = {
        name: `${firstTime}.${sha256.slice(0, 12)}.arrow`,
        firstTime,
        lastTime: openTime[openTime.length - 1],
        rows: openTime.length,
        sha256,
      };
      return { temporary, part };
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Gives prepared files their names. For the transaction that names them, which excludes other writers. */
  publish(prepared: readonly PreparedPart[]): void {
    for (const { temporary, part } of prepared) renameSync(temporary, join(this.folder, part.name));
  }

  /** Removes what nobody names, except files that are being written. For the same transaction. */
  sweep(current: ReadonlySet<string>): void {
    for (const name of readdirSync(this.folder)) {
      const isLeftover = name.endsWith('.arrow') ? !current.has(name) : isDeadTemporary(name);
      if (isLeftover) rmSync(join(this.folder, name), { force: true });
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.folder, name), { force: true });
  }

  /** Null where the file is missing or not what was stored: its rows have to be computed again. */
  async read(part: Part, names: readonly string[]): Promise<FeatureRows | null> {
    const path = join(this.folder, part.name);
    try {
      if ((await digestFile(path)).sha256 !== part.sha256) return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const { columns } = await readColumns(path);
    return {
      openTime: Float64Array.from(columns.get('ts') as BigInt64Array, Number),
      columns: new Map(names.map(name => [name, columns.get(name) as Float32Array])),
    };
  }
}
