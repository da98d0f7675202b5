import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Reference data beside the checkout; tests that need it are skipped where it is not there. */
const SHARED = join(import.meta.dirname, '../../../shared');

export const sharedData = join(SHARED, 'data');
export const sharedOracles = join(SHARED, 'oracles');

/** Pass as a test's `skip` option. */
export const withoutShared = existsSync(sharedData) ? false : 'needs the reference data beside the checkout';
