import { AlphaloomError } from '../contracts/errors.ts';

/**
 * Files with features of a user's own are read in more than one thread: all of them must have seen the same content.
 * @throws AlphaloomError FEATURE_INVALID
 */
export function requireSameSchema(got: string, expected: string, files: readonly string[]): void {
  if (got === expected) return;
  throw new AlphaloomError(
    'FEATURE_INVALID',
    `${files.join(', ')} changed while the training began. Start it again.`,
    { files, got, expected },
  );
}
