import { AlphaloomError } from '../../contracts/errors.ts';

/** Nine years of 1m bars, 240 MB in memory: beyond it a file has to be split. */
export const MAX_BARS_PER_FILE = 5_000_000;

export function tooManyBars(path: string): AlphaloomError {
  return new AlphaloomError(
    'CANDLES_INVALID',
    `${path} holds more than ${MAX_BARS_PER_FILE} bars. Split it by time and import the parts.`,
    { path, rule: 'size', maxBars: MAX_BARS_PER_FILE },
  );
}
