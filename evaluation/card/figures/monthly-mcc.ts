import { dot, ruleX, ruleY } from '@observablehq/plot';
import type { Slice, Stability } from '../../../contracts/stability.ts';
import { decimals, interval } from '../../../contracts/wording.ts';
import { chart } from '../../plots/chart.ts';
import type { Markup } from '../../plots/markup.ts';
import { figure } from '../../plots/parts.ts';
import { INK, MEANING } from '../../plots/theme.ts';

interface Month extends Slice {
  readonly start: Date;
}

/** Whether the model was as good all the time. */
export function monthlyMcc({ months, worst }: Stability): Markup {
  const drawn = months.map((slice): Month => ({ ...slice, start: new Date(`${slice.name}-01T00:00:00Z`) }));
  const ringed = drawn.filter(({ name }) => worst?.kind === 'month' && worst.name === name);
  return figure({
    title: 'MCC by month',
    caption: `With its 95 % interval where the month has rows enough${ringed.length > 0 ? '; the worst is ringed' : ''}. At 0 it knew nothing in that month.`,
    legend: [],
    chart: chart({
      label: `MCC by month from ${months[0]?.name} to ${months.at(-1)?.name}`,
      size: 'whole',
      draw: width => ({
        height: 220,
        x: { type: 'utc', ticks: width > 500 ? 8 : 4, insetLeft: 8, insetRight: 8 },
        y: { grid: true, ticks: 5 },
        marks: [
          ruleY([0], { stroke: INK.muted }),
          ruleX(
            drawn.filter(({ mcc }) => mcc.low !== null),
            {
              x: 'start',
              y1: ({ mcc }: Month) => mcc.low,
              y2: ({ mcc }: Month) => mcc.high,
              stroke: MEANING.model,
              strokeWidth: 2,
              strokeOpacity: 0.4,
            },
          ),
          dot(drawn, {
            x: 'start',
            y: ({ mcc }: Month) => mcc.value,
            r: 3.5,
            fill: MEANING.model,
            title: ({ name, mcc, rows }: Month) =>
              `${name}: MCC ${decimals(mcc.value)} (${interval(mcc, decimals)}), ${rows} rows`,
          }),
          dot(ringed, {
            x: 'start',
            y: ({ mcc }: Month) => mcc.value,
            r: 7,
            stroke: MEANING.loss,
            strokeWidth: 2,
          }),
        ],
      }),
    }),
  });
}
