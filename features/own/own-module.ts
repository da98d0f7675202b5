import { loadUserModule } from '../../storage/user-module.ts';
import { invalidEntry } from './entry.ts';

export interface OwnModule {
  /** What it exports as `default`, else as `features`. */
  readonly exported: unknown;
  /** SHA-256 (hex) of the file's bytes. */
  readonly contentHash: string;
}

/**
 * Runs a user's file of features.
 * @throws AlphaloomError FEATURE_INVALID, PERMISSION_DENIED
 */
export async function loadOwnModule(file: string): Promise<OwnModule> {
  const { exports, contentHash } = await loadUserModule(file, {
    alone: 'a feature’s file stands alone, as its content is part of every model’s schema',
    invalid: (what, cause) => invalidEntry(file, null, what, cause),
  });
  return { exported: exports.default ?? exports.features, contentHash };
}
