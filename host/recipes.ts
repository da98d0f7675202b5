import { join, resolve } from 'node:path';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseRecipe, type Recipe } from '../contracts/recipe.ts';
import { checkSpace } from '../evaluation/search/plan.ts';
import { loadCatalog } from '../features/own-features.ts';
import { resolveFeatures } from '../features/sets.ts';
import { parseTrain } from '../models/estimators/index.ts';
import { type LoadedConfig, recipeFolders } from './config.ts';
import { CHECKOUT } from './paths.ts';
import { findYamlFile, readYamlFile, type YamlFiles } from './yaml-files.ts';

export const BUILT_IN_RECIPES = join(CHECKOUT, 'recipes');
export const DEFAULT_RECIPE = 'gbdt-core15';

const RECIPE_FILES: YamlFiles = {
  noun: 'recipe',
  builtIn: BUILT_IN_RECIPES,
  example: `recipes/${DEFAULT_RECIPE}.yaml`,
  notFound: 'RECIPE_NOT_FOUND',
  invalid: 'RECIPE_INVALID',
};

/** Values that win over the file's, by path (`train.seed`). */
export type RecipeOverrides = Readonly<Record<string, unknown>>;

/**
 * Reads and checks a recipe: schema, features against the catalog, parameters against the estimator, what it would search.
 * @param name a name (looked for in the user's folders, then the built-in ones) or a path to a YAML file
 * @param startFolder where relative paths of the recipe's files start
 * @throws AlphaloomError RECIPE_NOT_FOUND, RECIPE_INVALID, FEATURE_UNKNOWN, FEATURE_INVALID
 */
export async function loadRecipe(
  name: string,
  folders: readonly string[],
  overrides: RecipeOverrides = {},
  startFolder = '.',
): Promise<Recipe> {
  const path = await findYamlFile(RECIPE_FILES, name, folders);
  const document = await readYamlFile(RECIPE_FILES, path);
  const assignments = Object.entries(overrides);
  if (assignments.length === 0) return await checkRecipe(document, path, startFolder);
  const changed = structuredClone(document);
  for (const [at, value] of assignments) setPath(changed, at, value);
  // The file is named only where it is wrong by itself.
  const origin = (await isSound(document, path, startFolder)) ? `--set over ${path}` : path;
  return await checkRecipe(changed, origin, startFolder);
}

/** The same with what a configuration says: its folders of recipes, and where relative paths in recipes start. */
export async function loadConfiguredRecipe(
  loaded: LoadedConfig,
  name: string,
  overrides: RecipeOverrides = {},
): Promise<Recipe> {
  return await loadRecipe(name, recipeFolders(loaded), overrides, loaded.folder);
}

/** @param origin where it was written, named by every error */
async function checkRecipe(document: unknown, origin: string, startFolder: string): Promise<Recipe> {
  const parsed = parseRecipe(document, origin);
  const files = parsed.features.files.map(file => resolve(startFolder, file));
  const recipe = { ...parsed, features: { ...parsed.features, files } };
  try {
    const catalog = await loadCatalog(recipe.features.files);
    resolveFeatures(recipe.features, catalog);
    const complete = { ...recipe, train: parseTrain(recipe) };
    if (complete.search) checkSpace({ ...complete, search: complete.search }, catalog);
    return complete;
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    const { code, message, details } = error;
    throw new AlphaloomError(code, `${origin}: ${message}`, { ...details, origin }, { cause: error });
  }
}

async function isSound(document: unknown, path: string, startFolder: string): Promise<boolean> {
  try {
    await checkRecipe(document, path, startFolder);
    return true;
  } catch (error) {
    if (error instanceof AlphaloomError) return false;
    throw error;
  }
}

function setPath(document: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  if (keys.some(key => key === '' || key === '__proto__' || key === 'constructor' || key === 'prototype')) {
    throw new AlphaloomError(
      'RECIPE_INVALID',
      `"${path}" is not a path into a recipe; write e.g. train.seed.`,
      { path },
    );
  }
  const last = keys.pop()!;
  let at = document;
  for (const key of keys) {
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = {};
    at = at[key] as Record<string, unknown>;
  }
  at[last] = value;
}
