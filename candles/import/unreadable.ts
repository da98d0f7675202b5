import { AlphaloomError } from '../../contracts/errors.ts';

export function unreadableFile(path: string, reason: string, cause?: unknown): AlphaloomError {
  return new AlphaloomError(
    'CANDLES_UNREADABLE',
    `${path} can’t be read: ${reason}. Nothing was stored.`,
    { path, reason },
    { cause },
  );
}
