import type { Dimension, Range, Setting } from '../../contracts/search.ts';
import type { Settings } from '../../contracts/trials.ts';
import { type Random, randomIndex } from '../../statistics/random.ts';

/** Digits that a drawn number keeps: enough to search, few enough to be the same on every machine and to be read. */
const DIGITS = 4;

export type Space = Readonly<Record<string, Dimension>>;

/** One draw of every value, in the order of their paths. */
export function drawSettings(space: Space, random: Random): Settings {
  return Object.fromEntries(sorted(space).map(([path, dimension]) => [path, draw(dimension, random)]));
}

/** Every combination of choices and steps, the last path changing fastest. */
export function gridSettings(space: Space): Settings[] {
  return sorted(space).reduce<Settings[]>(
    (points, [path, dimension]) =>
      points.flatMap(point => gridValues(dimension).map(value => ({ ...point, [path]: value }))),
    [{}],
  );
}

/** How many combinations a grid has, without making them. */
export function gridSize(space: Space): number {
  return sorted(space).reduce((size, [, dimension]) => size * gridValues(dimension).length, 1);
}

/** Values of one dimension in a grid; those that rounding makes equal count once. */
export function gridValues(dimension: Dimension): readonly Setting[] {
  if ('choices' in dimension) return dimension.choices;
  const { steps } = dimension;
  const values = Array.from({ length: steps }, (_, i) => at(dimension, i / (steps - 1)));
  return [...new Set(values)];
}

function draw(dimension: Dimension, random: Random): Setting {
  if ('choices' in dimension) return dimension.choices[randomIndex(random, dimension.choices.length)]!;
  return at(widened(dimension), random() / 4_294_967_296, dimension);
}

/** Half a step more on both sides, so that the ends of a whole range are drawn as often as what lies between. */
function widened(range: Range): Range {
  return range.integer ? { ...range, low: range.low - 0.5, high: range.high + 0.5 } : range;
}

/** The value at a share of the way from low to high, in the logarithm where asked, kept within `limits`. */
function at(
  { low, high, log, integer }: Range,
  share: number,
  limits: Pick<Range, 'low' | 'high'> = { low, high },
): number {
  const exact = log ? low * (high / low) ** share : low + (high - low) * share;
  const value = integer ? Math.round(exact) : Number(exact.toPrecision(DIGITS));
  return Math.min(limits.high, Math.max(limits.low, value));
}

function sorted(space: Space): [string, Dimension][] {
  return Object.entries(space).sort(([a], [b]) => (a < b ? -1 : 1));
}
