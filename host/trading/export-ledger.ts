import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlphaloomError } from '../../contracts/errors.ts';
import {
  explainDiskErrors,
  makeFolder,
  publishFile,
  publishNewFile,
  temporaryName,
} from '../../storage/files.ts';
import type { ExportRequest } from '../../trading/ledger/export.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';

export {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  type ExportFormat,
  type ExportKind,
} from '../../trading/ledger/export.ts';

/**
 * Writes what an account did into a file, which is whole or not there.
 * @returns its size in bytes
 * @throws AlphaloomError FILE_EXISTS unless it is to be replaced, DISK_FULL, PERMISSION_DENIED
 */
export async function exportLedger(
  ledger: Pick<Ledger, 'export'>,
  request: ExportRequest,
  path: string,
  replace: boolean,
): Promise<number> {
  await makeFolder(dirname(path));
  const temporary = temporaryName(path);
  try {
    const bytes = await explainDiskErrors(path, () => writePieces(temporary, ledger.export(request)));
    if (replace) await publishFile(temporary, path);
    else if (!(await publishNewFile(temporary, path))) throw fileExists(path);
    return bytes;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writePieces(path: string, pieces: Iterable<string>): Promise<number> {
  const file = await open(path, 'wx');
  let bytes = 0;
  try {
    for (const piece of pieces) bytes += (await file.write(piece)).bytesWritten;
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes;
}

function fileExists(path: string): AlphaloomError {
  return new AlphaloomError(
    'FILE_EXISTS',
    `${path} is there already; nothing was written. Name another --out, or say --force to replace it.`,
    { path },
  );
}
