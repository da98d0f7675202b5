import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import type { InstallProgress } from './tools-folder.ts';

const ANSWER_TIMEOUT_MS = 6_000;
const STALL_TIMEOUT_MS = 20_000;

/**
 * Downloads a `.tar.gz` and unpacks it into a folder. A host that does not answer costs seconds, one that stalls is left.
 */
export async function downloadArchive(
  url: string,
  folder: string,
  onProgress: InstallProgress,
): Promise<void> {
  const abort = new AbortController();
  let timer = setTimeout(
    () => abort.abort(new Error(`no answer in ${ANSWER_TIMEOUT_MS / 1_000} s`)),
    ANSWER_TIMEOUT_MS,
  );
  const file = join(folder, 'download.tar.gz');
  try {
    const response = await fetch(url, { signal: abort.signal }).catch(explainFetch);
    if (!response.ok || response.body === null)
      throw new Error(`it answered ${response.status} ${response.statusText}`);
    const total = Number(response.headers.get('content-length'));
    let bytes = 0;
    const watched = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(new Error('the download stalled')), STALL_TIMEOUT_MS);
        bytes += chunk.length;
        onProgress(total > 0 ? bytes / total : null, `${(bytes / 1e6).toFixed(0)} MB`);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body), watched, createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
  await execa('tar', ['-xzf', file, '-C', folder, '--no-same-owner']);
  await rm(file);
}

/** `fetch failed` hides its reason in the cause. */
function explainFetch(error: Error): never {
  const cause = error.cause as Error | undefined;
  throw cause ? new Error(cause.message, { cause: error }) : error;
}
