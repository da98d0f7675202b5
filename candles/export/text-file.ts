import { type FileHandle, open } from 'node:fs/promises';

const BUFFERED_CHARACTERS = 1 << 18;

/** A new file that text is written to in large pieces, synced at the end. */
export class TextFile {
  readonly #handle: FileHandle;
  #text = '';

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Opens a new file for `work`; it must not be there. */
  static async write<T>(path: string, work: (file: TextFile) => Promise<T>): Promise<T> {
    const handle = await open(path, 'wx');
    try {
      const file = new TextFile(handle);
      const result = await work(file);
      await file.#flush();
      await handle.sync();
      return result;
    } finally {
      await handle.close();
    }
  }

  /** Answers a promise only where the caller has to wait: most lines fit into the buffer. */
  add(text: string): Promise<void> | undefined {
    this.#text += text;
    return this.#text.length > BUFFERED_CHARACTERS ? this.#flush() : undefined;
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#handle.writeFile(text);
  }
}

/** The shortest digits that read back as the same double, the sign of zero included; null where there are none. */
export function digits(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  return Object.is(value, -0) ? '-0' : String(value);
}
