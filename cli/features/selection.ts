import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { FeatureDefinition } from '../../features/definition.ts';
import { loadCatalog } from '../../features/own-features.ts';
import { resolveFeatures } from '../../features/sets.ts';
import type { LoadedConfig } from '../../host/config.ts';
import { loadConfiguredRecipe } from '../../host/recipes.ts';
import type { CliContext } from '../context.ts';

export interface SelectionOptions {
  readonly set?: string;
  readonly names?: string;
  readonly family?: string;
  readonly recipe?: string;
  readonly files?: readonly string[];
  readonly leader?: string;
}

export interface Selection {
  readonly definitions: readonly FeatureDefinition[];
  /** `venue:SYMBOL` of the market that features of the family `leader` look at. */
  readonly leader: string | undefined;
}

const DEFAULT_SET = 'core15';

/** The options that say which features. */
export function addSelection(command: Command): Command {
  return command
    .option('--set <set>', `a named set (default: ${DEFAULT_SET})`)
    .option('--names <names>', 'rsi_14,atr_14')
    .option('--family <families>', 'trend,momentum')
    .option('--recipe <recipe>', 'what a recipe selects')
    .option('--files <files...>', 'modules with features of your own');
}

/**
 * What the options select; of files alone, every feature in them.
 * @throws AlphaloomError USAGE, FEATURE_UNKNOWN, FEATURE_INVALID, RECIPE_NOT_FOUND, RECIPE_INVALID
 */
export async function selectFeatures(
  context: CliContext,
  loaded: LoadedConfig,
  options: SelectionOptions,
): Promise<Selection> {
  const { set, names, family, recipe } = options;
  if ([set, names, family, recipe].filter(option => option !== undefined).length > 1)
    throw new AlphaloomError('USAGE', 'Give one of --set, --names, --family and --recipe.');
  if (recipe !== undefined) {
    const { features } = await loadConfiguredRecipe(loaded, recipe);
    const definitions = resolveFeatures(features, await loadCatalog(features.files));
    return { definitions, leader: options.leader ?? features.leader };
  }
  const catalog = await loadCatalog(ownFiles(context, options.files));
  const own = catalog.definitions.filter(({ contentHash }) => contentHash !== undefined);
  const isFilesAlone = own.length > 0 && (set ?? names ?? family) === undefined;
  const definitions = isFilesAlone ? own : resolveFeatures(selectionOf(options), catalog);
  return { definitions, leader: options.leader };
}

/** Files named on the command line start at the current folder. */
export function ownFiles(context: CliContext, files: readonly string[] = []): string[] {
  return files.map(file => resolve(context.cwd, file));
}

function selectionOf({ set, names, family }: SelectionOptions): Recipe['features'] {
  const options = { maxFillBars: 0, files: [] };
  if (names !== undefined) return { names: words(names), ...options };
  if (family !== undefined) return { families: words(family), ...options };
  return { set: set ?? DEFAULT_SET, ...options };
}

function words(text: string): string[] {
  return text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
}
