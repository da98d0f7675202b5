import { AlphaloomError } from '../../contracts/errors.ts';
import { parseRecipe, type Recipe } from '../../contracts/recipe.ts';
import { type Dimension, type SearchedRecipe, type Setting, searchFolds } from '../../contracts/search.ts';
import {
  type Bracket,
  type Rung,
  type SearchPlan,
  type Settings,
  trialRecipe,
} from '../../contracts/trials.ts';
import type { Catalog } from '../../features/catalog/index.ts';
import { resolveFeatures } from '../../features/sets.ts';
import { parseTrain } from '../../models/estimators/index.ts';
import { seededRandom } from '../../statistics/random.ts';
import { drawSettings, gridSettings, gridSize, gridValues } from './draw.ts';
import { halving, hyperbandBrackets } from './hyperband.ts';

/** Draws that are looked at for each trial before a space counts as exhausted. */
const DRAWS_PER_TRIAL = 50;

/** Temporal takes two megabytes at once. */
const MOST_CHARACTERS = 1_000_000;

/**
 * Everything that a search will try, settled and checked before the first trial; the same recipe gives the same plan.
 * A space with fewer points than trials asked for is tried whole.
 * @throws AlphaloomError RECIPE_INVALID, FEATURE_UNKNOWN, FEATURE_INPUT_MISSING naming the path in the space
 */
export function planSearch(recipe: SearchedRecipe, catalog: Catalog): Omit<SearchPlan, 'ground'> {
  checkSpace(recipe, catalog);
  const settings = settingsOf(recipe);
  requireShort(settings);
  for (const each of settings) checkTrial(recipe, each, catalog);
  return { settings, brackets: bracketsOf(recipe, settings.length) };
}

/**
 * Every path must lead to a value of the recipe, and the ends and choices of its dimension must each be allowed there.
 * @throws AlphaloomError RECIPE_INVALID, FEATURE_UNKNOWN, FEATURE_INPUT_MISSING
 */
export function checkSpace(recipe: SearchedRecipe, catalog: Catalog): void {
  for (const [path, dimension] of Object.entries(recipe.search.space)) {
    requirePath(recipe, path);
    for (const value of outermost(dimension)) checkTrial(recipe, { [path]: value }, catalog);
  }
}

function outermost(dimension: Dimension): readonly Setting[] {
  return 'choices' in dimension ? dimension.choices : [dimension.low, dimension.high];
}

function requirePath(recipe: Recipe, path: string): void {
  let at: unknown = recipe;
  for (const key of path.split('.')) {
    const known = typeof at === 'object' && at !== null && !Array.isArray(at) ? Object.keys(at) : [];
    if (!known.includes(key)) {
      const rather = known.length > 0 ? `; there are ${known.join(', ')}` : '';
      throw new AlphaloomError(
        'RECIPE_INVALID',
        `search.space.${path}: the recipe ${recipe.name} has no value "${key}" there to search${rather}. Write its usual value into the recipe, or correct the path.`,
        { path: `search.space.${path}`, known },
      );
    }
    at = (at as Record<string, unknown>)[key];
  }
}

function checkTrial(recipe: SearchedRecipe, settings: Settings, catalog: Catalog): void {
  const origin = Object.entries(settings)
    .map(([path, value]) => `search.space.${path} = ${JSON.stringify(value)}`)
    .join(', ');
  const trial = parseRecipe(trialRecipe(recipe, settings), origin);
  try {
    parseTrain(trial);
    if (Object.keys(settings).some(path => path.startsWith('features.')))
      resolveFeatures(trial.features, catalog);
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    const { code, message, details } = error;
    throw new AlphaloomError(code, `${origin}: ${message}`, { ...details, settings }, { cause: error });
  }
}

function settingsOf(recipe: SearchedRecipe): Settings[] {
  const { search } = recipe;
  if (search.kind !== 'grid') return distinctDraws(recipe, trialsOf(recipe), search.seed);
  const size = gridSize(search.space);
  if (size <= search.trials) return gridSettings(search.space);
  const values = Object.entries(search.space).map(([path, d]) => `${path} ${gridValues(d).length}`);
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `search.space: the grid has ${size} points (${values.join(' × ')}), expected at most search.trials = ${search.trials}. Leave values out, or search at random.`,
    { path: 'search.space', got: size, most: search.trials },
  );
}

/** @throws AlphaloomError RECIPE_INVALID where the plan is too long to be handed on in one piece */
function requireShort(settings: readonly Settings[]): void {
  const length = JSON.stringify(settings).length;
  if (length <= MOST_CHARACTERS) return;
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `search.space: the settings of ${settings.length} trials take ${length} characters, expected at most ${MOST_CHARACTERS}. Search fewer trials, or name features by a set.`,
    { path: 'search.space', got: length, most: MOST_CHARACTERS },
  );
}

function trialsOf({ search, ...recipe }: SearchedRecipe): number {
  if (search.kind !== 'hyperband') return search.trials;
  if (search.trials !== undefined) return search.trials;
  const { folds } = searchFolds({ search, ...recipe });
  return hyperbandBrackets(folds, search.eta).reduce((sum, [first]) => sum + first!.trials, 0);
}

function distinctDraws({ search: { space } }: SearchedRecipe, trials: number, seed: number): Settings[] {
  const random = seededRandom(seed);
  const drawn = new Map<string, Settings>();
  for (let draw = 0; draw < DRAWS_PER_TRIAL * trials && drawn.size < trials; draw++) {
    const settings = drawSettings(space, random);
    const key = JSON.stringify(settings);
    if (!drawn.has(key)) drawn.set(key, settings);
  }
  return [...drawn.values()];
}

/** Without halving all trials stand on one rung, with all folds. */
function bracketsOf(recipe: SearchedRecipe, trials: number): Bracket[] {
  const { search } = recipe;
  const { folds } = searchFolds(recipe);
  if (search.kind !== 'hyperband') return [{ members: positions(0, trials), rungs: [{ trials, folds }] }];
  const brackets: Bracket[] = [];
  const round = hyperbandBrackets(folds, search.eta);
  for (let from = 0, b = 0; from < trials; b++) {
    const rungs = fitted(round[b % round.length]!, trials - from, folds, search.eta);
    const members = positions(from, rungs[0]!.trials);
    brackets.push({ members, rungs });
    from += members.length;
  }
  return brackets;
}

/** The bracket itself, or a smaller one where fewer trials are left. */
function fitted(rungs: readonly Rung[], left: number, folds: number, eta: number): readonly Rung[] {
  return rungs[0]!.trials <= left ? rungs : halving(left, rungs.length - 1, folds, eta);
}

function positions(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
