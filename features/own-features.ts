import { CATALOG, type Catalog, createCatalog } from './catalog/index.ts';
import type { FeatureDefinition } from './definition.ts';
import { FeatureEngine } from './engine.ts';
import { invalidEntry, parseEntries } from './own/entry.ts';
import { ownDefinition } from './own/own-definition.ts';
import { loadOwnModule } from './own/own-module.ts';
import { TRIAL_BAR_MS, trialBars } from './own/trial-bars.ts';

export type { OwnFeature } from './own/entry.ts';

/**
 * The catalog a recipe draws on: the built-in features and those of its files.
 * @param files absolute paths of modules that export features
 * @throws AlphaloomError FEATURE_INVALID naming the file, the entry and what is expected; PERMISSION_DENIED
 */
export async function loadCatalog(files: readonly string[]): Promise<Catalog> {
  if (files.length === 0) return CATALOG;
  const own = await Promise.all([...new Set(files)].map(loadOwnFeatures));
  return createCatalog(own.flat());
}

/** The features of one file, each tried on a few bars. */
async function loadOwnFeatures(file: string): Promise<FeatureDefinition[]> {
  const { exported, contentHash } = await loadOwnModule(file);
  const definitions = parseEntries(exported, file).map(entry => ownDefinition(entry, file, contentHash));
  for (const [index, definition] of definitions.entries()) {
    requireNewName(definition.name, definitions.slice(0, index), file);
    const bars = trialBars();
    new FeatureEngine([definition], TRIAL_BAR_MS).advance(bars, [new Float64Array(bars.close.length)], 0);
  }
  return definitions;
}

function requireNewName(name: string, before: readonly FeatureDefinition[], file: string): void {
  if (CATALOG.has(name))
    throw invalidEntry(file, name, 'a built-in feature has that name; give yours another');
  if (before.some(other => other.name === name))
    throw invalidEntry(file, name, 'it is there twice; give each feature a name of its own');
}
