import { barX, ruleX } from '@observablehq/plot';
import { chart } from '../../plots/chart.ts';
import type { Markup } from '../../plots/markup.ts';
import { figure } from '../../plots/parts.ts';
import { INK, MEANING } from '../../plots/theme.ts';

/** One way in which features matter. */
export interface FeatureMeasure {
  readonly title: string;
  readonly value: ReadonlyMap<string, number>;
  readonly text: ReadonlyMap<string, string>;
}

/** Fewer than the table's: a picture is looked over. */
const SHOWN = 12;
const CHARACTER_WIDTH = 7;
const LONGEST_NAME = 22;

/** The features that matter most, by the first measure and by the last, in the first one's order. */
export function featureBars(names: readonly string[], measures: readonly FeatureMeasure[]): Markup[] {
  const shown = names.slice(0, SHOWN);
  const drawn = [...new Set([measures[0]!, measures.at(-1)!])];
  return drawn.map(measure => bars(shown, measure));
}

function bars(names: readonly string[], { title, value, text }: FeatureMeasure): Markup {
  const longest = Math.min(LONGEST_NAME, Math.max(...names.map(name => name.length)));
  return figure({
    title: `${title.charAt(0).toUpperCase()}${title.slice(1)}`,
    caption: null,
    legend: [],
    chart: chart({
      label: `Features by ${title}: ${names.map(name => `${name} ${text.get(name) ?? '–'}`).join(', ')}`,
      size: 'half',
      draw: () => ({
        height: 40 + 22 * names.length,
        marginTop: 6,
        marginLeft: 12 + CHARACTER_WIDTH * longest,
        x: { grid: true, ticks: 4, nice: true },
        y: { domain: names, tickFormat: shortened },
        marks: [
          ruleX([0], { stroke: INK.muted }),
          barX(names, {
            x: (name: string) => value.get(name) ?? 0,
            y: (name: string) => name,
            fill: MEANING.model,
            title: (name: string) => `${name}: ${text.get(name) ?? '–'}`,
          }),
        ],
      }),
    }),
  });
}

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
