import { type FileHandle, open } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Reads local files by descriptor and nothing else; no spilling to disk, no downloads, no caches of file contents. */
const SETTINGS = {
  threads: '2',
  memory_limit: '2GB',
  temp_directory: '',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  enable_external_file_cache: 'false',
};

let instance: Promise<DuckDBInstance> | undefined;

/** Runs `work` on a connection of the process's only DuckDB instance (in memory). */
export async function withDuckDb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  instance ??= DuckDBInstance.create(':memory:', SETTINGS);
  const connection = await (await instance).connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

/**
 * Opens a file and hands over a name by which DuckDB reaches it. DuckDB takes paths as patterns (`a*.parquet` would read
 * `ab.parquet` too) and has no way to quote them all; a descriptor's name holds only digits.
 */
export async function withOpenFile<T>(
  path: string,
  flags: 'r' | 'wx',
  work: (descriptorPath: string, handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(path, flags);
  try {
    return await work(`/dev/fd/${handle.fd}`, handle);
  } finally {
    await handle.close();
  }
}

/** The first line of what DuckDB says; the rest quotes our SQL. */
export function duckDbReason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
}
