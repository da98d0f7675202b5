import { open, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { explainDiskError } from '../../../storage/files.ts';
import { unreadableFile } from '../unreadable.ts';

const MOST_ENTRIES = 100_000;

/** A folder of somebody else's: nothing outside it is read, wherever names and links lead. */
export class UserFolder {
  /** Without links. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** @throws AlphaloomError FILE_NOT_FOUND, PERMISSION_DENIED */
  static async open(path: string): Promise<UserFolder> {
    try {
      const root = await realpath(path);
      if ((await stat(root)).isDirectory()) return new UserFolder(root);
    } catch (error) {
      if (!isMissing(error)) throw explainDiskError(path, error);
    }
    throw new AlphaloomError('FILE_NOT_FOUND', `There is no folder ${path}.`, { path });
  }

  /**
   * Names in a folder, sorted; none where it is not there.
   * @throws AlphaloomError CANDLES_UNREADABLE where it leads outside or holds too much, PERMISSION_DENIED
   */
  async list(folder: string): Promise<string[]> {
    let names: string[];
    try {
      names = await readdir(await this.#inside(folder, this.root));
    } catch (error) {
      if (isMissing(error)) return [];
      throw explainDiskError(folder, error);
    }
    if (names.length > MOST_ENTRIES) throw unreadableFile(folder, `it holds over ${MOST_ENTRIES} files`);
    return names.sort();
  }

  async isFolder(path: string): Promise<boolean> {
    try {
      return (await stat(join(this.root, path))).isDirectory();
    } catch {
      return false;
    }
  }

  /**
   * The path of a regular file, links followed.
   * @param from the folder that a relative path starts at
   * @throws AlphaloomError CANDLES_UNREADABLE where it leads outside or is no file, FILE_NOT_FOUND
   */
  async file(path: string, from = this.root): Promise<string> {
    try {
      const found = await this.#inside(path, from);
      if (!(await stat(found)).isFile()) throw unreadableFile(path, 'it is not a regular file');
      return found;
    } catch (error) {
      if (!isMissing(error)) throw explainDiskError(path, error);
      throw new AlphaloomError('FILE_NOT_FOUND', `There is no file ${path} in ${this.root}.`, { path });
    }
  }

  /** Text of a small file. */
  async text(path: string, mostBytes: number): Promise<string> {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, 0);
      if (bytesRead > mostBytes) throw unreadableFile(path, `it is longer than ${mostBytes} bytes`);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async #inside(path: string, from: string): Promise<string> {
    const wanted = resolve(from, path);
    if (this.#holds(wanted)) {
      const found = await this.#followLinks(path, wanted);
      if (this.#holds(found)) return found;
    }
    throw unreadableFile(path, `it leads out of ${this.root}`);
  }

  async #followLinks(path: string, wanted: string): Promise<string> {
    try {
      return await realpath(wanted);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (isMissing(error) || code === 'EACCES' || code === 'EPERM') throw error;
      // Links in a circle, names too long or with a zero byte.
      throw unreadableFile(JSON.stringify(path.slice(0, 200)), `its path leads nowhere (${code})`, error);
    }
  }

  #holds(path: string): boolean {
    const way = relative(this.root, path);
    return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
