import { CATALOG, type Catalog } from './catalog/index.ts';

/**
 * The catalog a recipe draws on: the built-in features and those of its files.
 * @param files paths of modules that export features
 */
export async function loadCatalog(files: readonly string[]): Promise<Catalog> {
  if (files.length === 0) return CATALOG;
  throw new Error('not built');
}
