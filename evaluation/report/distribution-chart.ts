import { type PlotOptions, rectY, ruleX, ruleY, text } from '@observablehq/plot';
import type { Distribution } from '../../contracts/performance.ts';
import { INK, MEANING } from '../plots/theme.ts';
import { count, shortPercent } from './time-line.ts';

/** Counts of draws, and a line with a name at one value. */
export function drawDistribution(
  { histogram }: Distribution,
  marked: number,
  name: string,
  width: number,
): PlotOptions {
  const { from, to, counts } = histogram;
  const step = (to - from) / counts.length;
  const bins = counts.map((count, at) => ({ from: from + at * step, to: from + (at + 1) * step, count }));
  const low = Math.min(from, marked);
  const high = Math.max(to, marked);
  const isRight = marked - low > (high - low) / 2;
  return {
    height: width > 500 ? 240 : 220,
    marginTop: 30,
    x: { tickFormat: shortPercent, ticks: width > 500 ? 8 : 4 },
    y: { grid: true, ticks: 4, tickFormat: count },
    marks: [
      rectY(bins, {
        x1: 'from',
        x2: 'to',
        y: 'count',
        fill: MEANING.benchmark,
        fillOpacity: 0.55,
        inset: 0.5,
      }),
      ruleY([0], { stroke: INK.line }),
      ruleX([marked], { stroke: MEANING.model, strokeWidth: 2 }),
      text([name], {
        x: [marked],
        frameAnchor: 'top',
        dy: -16,
        textAnchor: isRight ? 'end' : 'start',
        fill: MEANING.model,
        fontWeight: 600,
      }),
    ],
  };
}
