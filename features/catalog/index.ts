import { AlphaloomError } from '../../contracts/errors.ts';
import type { FeatureDefinition, FeatureFamily } from '../definition.ts';
import { CALENDAR } from './calendar.ts';
import { CANDLE_SHAPE } from './candle-shape.ts';
import { LEADER } from './leader.ts';
import type { CatalogLine } from './line.ts';
import { LONGER_TIMEFRAME } from './longer-timeframe.ts';
import { MOMENTUM } from './momentum.ts';
import { RANGE } from './range.ts';
import { STATISTICS } from './statistics.ts';
import { TICKS } from './ticks.ts';
import { TREND } from './trend.ts';
import { VOLATILITY } from './volatility.ts';
import { VOLUME } from './volume.ts';

/** The families, a file each. */
const FAMILIES: Partial<Record<FeatureFamily, readonly CatalogLine[]>> = {
  trend: TREND,
  momentum: MOMENTUM,
  volatility: VOLATILITY,
  volume: VOLUME,
  'candle-shape': CANDLE_SHAPE,
  statistics: STATISTICS,
  range: RANGE,
  calendar: CALENDAR,
  'longer-timeframe': LONGER_TIMEFRAME,
  leader: LEADER,
  ticks: TICKS,
};

/** All features that can be asked for by name. */
export interface Catalog {
  readonly definitions: readonly FeatureDefinition[];
  /** @throws AlphaloomError FEATURE_UNKNOWN with the nearest names */
  find(name: string): FeatureDefinition;
  has(name: string): boolean;
}

/**
 * The built-in features and a user's own.
 * @throws AlphaloomError FEATURE_INVALID where a name is taken
 */
export function createCatalog(own: readonly FeatureDefinition[] = []): Catalog {
  const byName = new Map<string, FeatureDefinition>();
  for (const definition of [...BUILT_IN, ...own]) {
    if (byName.has(definition.name)) {
      throw new AlphaloomError(
        'FEATURE_INVALID',
        `There is a feature "${definition.name}" already. Give yours another name.`,
        { name: definition.name },
      );
    }
    byName.set(definition.name, definition);
  }
  return {
    definitions: [...byName.values()],
    has: name => byName.has(name),
    find(name) {
      const definition = byName.get(name);
      if (definition) return definition;
      const nearest = nearestNames(name, [...byName.keys()]);
      throw new AlphaloomError(
        'FEATURE_UNKNOWN',
        `There is no feature "${name}". Nearest: ${nearest.join(', ')}.`,
        { got: name, nearest },
      );
    },
  };
}

const BUILT_IN: readonly FeatureDefinition[] = Object.entries(FAMILIES).flatMap(([family, lines]) =>
  lines.map(line => ({ family: family as FeatureFamily, ...line })),
);

/** The catalog without features of a user's own. */
export const CATALOG: Catalog = createCatalog();

/** Three names: those that contain what was written, then those that need the fewest edits. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  return known
    .map(candidate => ({
      candidate,
      distance: candidate.includes(wanted) ? 0 : editDistance(wanted, candidate),
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance, cut at names of 100 characters: a hostile name costs nothing. */
function editDistance(a: string, b: string): number {
  const from = a.slice(0, 100);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (from[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
