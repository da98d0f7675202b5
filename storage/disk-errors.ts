import { AlphaloomError } from '../contracts/errors.ts';

/** Runs disk work; a full disk, a missing permission or a failing disk becomes the error that says so. */
export async function explainDiskErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainDiskError(path, error);
  }
}

export function explainDiskError(path: string, error: unknown): unknown {
  const options = { cause: error };
  switch ((error as NodeJS.ErrnoException)?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AlphaloomError(
        'PERMISSION_DENIED',
        `No permission for ${path}. Mend its permissions or set ALPHALOOM_HOME to a folder that is yours.`,
        { path },
        options,
      );
    case 'EIO':
      return diskFailed(path, error);
    default:
      return error;
  }
}

export function diskFull(path: string, cause: unknown): AlphaloomError {
  return new AlphaloomError(
    'DISK_FULL',
    `The disk is full while writing ${path}; nothing half-written was kept.`,
    { path },
    { cause },
  );
}

export function diskFailed(path: string, cause: unknown): AlphaloomError {
  return new AlphaloomError(
    'DISK_FAILED',
    `The disk failed at ${path}: ${cause instanceof Error ? cause.message : String(cause)}. Check the disk and the system’s log.`,
    { path },
    { cause },
  );
}
