import { dot, line, link } from '@observablehq/plot';
import type { ReliabilityBin, ReliabilityCurve } from '../../../contracts/curves.ts';
import { percent } from '../../../contracts/wording.ts';
import { chart } from '../../plots/chart.ts';
import type { Markup } from '../../plots/markup.ts';
import { figure } from '../../plots/parts.ts';
import { INK } from '../../plots/theme.ts';
import { classColour } from './class-colours.ts';

/** What was said of a class against what came, a line per class. */
export function reliabilityPlot(curves: readonly ReliabilityCurve[]): Markup {
  const largest = Math.max(
    ...curves.flatMap(({ bins }) => bins.map(bin => Math.max(bin.probability, bin.frequency))),
  );
  const end = Math.min(1, Math.ceil(largest * 10) / 10);
  return figure({
    title: 'Calibration',
    caption:
      'Test rows in ten groups by the probability that was said; on the dashed line what was said is what came.',
    legend: curves.map(({ class: name }) => ({ label: name, colour: classColour(name), shape: 'line' })),
    chart: chart({
      label: `Share of rows of a class against the probability that was said, for ${curves.map(curve => curve.class).join(', ')}`,
      size: 'half',
      draw: () => ({
        height: 330,
        marginBottom: 46,
        x: {
          domain: [0, end],
          tickFormat: '.0%',
          ticks: 5,
          grid: true,
          label: 'said',
          labelAnchor: 'center',
          labelArrow: 'none',
        },
        y: { domain: [0, end], tickFormat: '.0%', ticks: 5, grid: true, label: 'came', labelArrow: 'none' },
        marks: [
          link([0], { x1: 0, y1: 0, x2: end, y2: end, stroke: INK.muted, strokeDasharray: '4,4' }),
          ...curves.flatMap(({ class: name, bins }) => [
            line(bins, { x: 'probability', y: 'frequency', stroke: classColour(name), strokeWidth: 2 }),
            dot(bins, {
              x: 'probability',
              y: 'frequency',
              r: 3.5,
              fill: classColour(name),
              title: ({ rows, probability, frequency }: ReliabilityBin) =>
                `${name}: said ${percent(probability)}, came ${percent(frequency)} (${rows} rows)`,
            }),
          ]),
        ],
      }),
    }),
  });
}
