import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import { explainDiskErrors } from '../../storage/files.ts';
import { invalidEntry } from './entry.ts';

const TYPED = ['.ts', '.mts'];
const PLAIN = ['.js', '.mjs'];
const LARGEST_BYTES = 1_000_000;

export interface OwnModule {
  /** What it exports as `default`, else as `features`. */
  readonly exported: unknown;
  /** SHA-256 (hex) of the file's bytes. */
  readonly contentHash: string;
}

/**
 * Runs a user's file. What runs is the very bytes that were hashed, so the hash stands for the whole formula: a file
 * can't import another one (Node's own modules it can). A changed file is run anew, an unchanged one once per thread.
 * @throws AlphaloomError FEATURE_INVALID, PERMISSION_DENIED
 */
export async function loadOwnModule(file: string): Promise<OwnModule> {
  const bytes = await readOwnFile(file);
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  let exports: Record<string, unknown>;
  try {
    exports = await import(dataUrl(file, bytes.toString('utf8')));
  } catch (error) {
    throw invalidEntry(file, null, reasonOf(error), error);
  }
  return { exported: exports.default ?? exports.features, contentHash };
}

async function readOwnFile(file: string): Promise<Buffer> {
  if (![...TYPED, ...PLAIN].includes(extname(file)))
    throw invalidEntry(
      file,
      null,
      `expected a module: a file that ends in ${[...TYPED, ...PLAIN].join(', ')}`,
    );
  let bytes: Buffer;
  try {
    bytes = await explainDiskErrors(file, () => readFile(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw invalidEntry(file, null, 'the file is not there', error);
    if (code === 'EISDIR') throw invalidEntry(file, null, 'it is a folder; name a file', error);
    throw error;
  }
  if (bytes.length > LARGEST_BYTES)
    throw invalidEntry(file, null, `${bytes.length} bytes; expected a module of at most ${LARGEST_BYTES}`);
  return bytes;
}

function dataUrl(file: string, source: string): string {
  const script = TYPED.includes(extname(file)) ? stripTypeScriptTypes(source) : source;
  const named = `${script}\n//# sourceURL=${encodeURI(file)}\n`;
  return `data:text/javascript;base64,${Buffer.from(named).toString('base64')}`;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_UNSUPPORTED_RESOLVE_REQUEST') return `it can’t be loaded: ${message ?? error}`;
  const wanted = /specifier "([^"]*)"/.exec(message)?.[1] ?? 'another file';
  return `it imports ${wanted}; a feature’s file stands alone, as its content is part of every model’s schema (imports of node: and of types are fine)`;
}
