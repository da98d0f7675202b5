import { AlphaloomError } from '../../contracts/errors.ts';

/** @param row 1 is the file's first row of values; null where the fault is not one row's */
export function ticksInvalid(
  path: string,
  row: number | null,
  rule: string,
  sentence: string,
): AlphaloomError {
  const at = row === null ? path : `${path}, row ${row}`;
  return new AlphaloomError('TICKS_INVALID', `${at}: ${sentence}. Nothing was stored.`, { path, row, rule });
}
