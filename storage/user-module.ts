import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { extname } from 'node:path';
import type { AlphaloomError } from '../contracts/errors.ts';
import { explainDiskErrors } from './files.ts';

const TYPED = ['.ts', '.mts'];
const PLAIN = ['.js', '.mjs'];
const LARGEST_BYTES = 1_000_000;

export interface UserModule {
  readonly exports: Readonly<Record<string, unknown>>;
  /** SHA-256 (hex) of the file's bytes. */
  readonly contentHash: string;
  /** Runs the very same bytes again, with nothing that the first run remembers. */
  runAnew(): Promise<Readonly<Record<string, unknown>>>;
}

/** What an error of a file is: of its own code, naming the file; `alone`: why it may import no other file. */
export interface ModuleFaults {
  readonly alone: string;
  invalid(what: string, cause?: unknown): AlphaloomError;
}

/**
 * Runs a user's file. What runs is the very bytes that were hashed, so the hash stands for all that it does: a file can't
 * import another one (Node's own modules it can). A changed file is run anew, an unchanged one once per thread.
 * @throws AlphaloomError as `invalid` makes it; PERMISSION_DENIED
 */
export async function loadUserModule(file: string, faults: ModuleFaults): Promise<UserModule> {
  const bytes = await readUserFile(file, faults);
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  const source = bytes.toString('utf8');
  const run = async (mark: string): Promise<Record<string, unknown>> => {
    try {
      return await import(dataUrl(file, source, mark));
    } catch (error) {
      throw faults.invalid(reasonOf(error, faults.alone), error);
    }
  };
  return { exports: await run(''), contentHash, runAnew: () => run(`// run ${++runs}\n`) };
}

/** Runs anew in this thread: a module is known by its bytes, so each needs others. */
let runs = 0;

async function readUserFile(file: string, { invalid }: ModuleFaults): Promise<Buffer> {
  if (![...TYPED, ...PLAIN].includes(extname(file)))
    throw invalid(`expected a module: a file that ends in ${[...TYPED, ...PLAIN].join(', ')}`);
  let bytes: Buffer;
  try {
    bytes = await explainDiskErrors(file, () => readFile(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw invalid('the file is not there', error);
    if (code === 'EISDIR') throw invalid('it is a folder; name a file', error);
    throw error;
  }
  if (bytes.length > LARGEST_BYTES)
    throw invalid(`${bytes.length} bytes; expected a module of at most ${LARGEST_BYTES}`);
  return bytes;
}

/** @param mark a comment that makes another module of the same bytes */
function dataUrl(file: string, source: string, mark: string): string {
  const script = TYPED.includes(extname(file)) ? stripTypeScriptTypes(source) : source;
  const named = `${script}\n${mark}//# sourceURL=${encodeURI(file)}\n`;
  return `data:text/javascript;base64,${Buffer.from(named).toString('base64')}`;
}

function reasonOf(error: unknown, alone: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_UNSUPPORTED_RESOLVE_REQUEST') return `it can’t be loaded: ${message ?? error}`;
  const wanted = /specifier "([^"]*)"/.exec(message)?.[1] ?? 'another file';
  return `it imports ${wanted}; ${alone} (imports of node: and of types are fine)`;
}
