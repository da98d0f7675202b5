import { CATALOG } from '../features/catalog/index.ts';

/** Names of the first built-in features that need no more than bars. */
export function wideFeatures(count: number): string[] {
  return CATALOG.definitions
    .filter(({ family }) => family !== 'leader' && family !== 'ticks')
    .slice(0, count)
    .map(({ name }) => name);
}
