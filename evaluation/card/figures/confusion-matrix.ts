import { cell, text } from '@observablehq/plot';
import type { Metrics } from '../../../contracts/evidence.ts';
import { percent } from '../../../contracts/wording.ts';
import { chart } from '../../plots/chart.ts';
import type { Markup } from '../../plots/markup.ts';
import { figure } from '../../plots/parts.ts';
import { INK, MEANING } from '../../plots/theme.ts';

interface Cell {
  readonly is: string;
  readonly said: string;
  readonly count: number;
  /** Of the rows of the true class. */
  readonly share: number;
}

/** Which class was taken for which; the darker, the larger a share of the true class. */
export function confusionMatrix({ confusion, perClass }: Metrics): Markup {
  const names = perClass.map(row => row.class);
  const cells = names.flatMap((is, truth) =>
    names.map((said, answer): Cell => {
      const count = confusion[truth]![answer]!;
      const { support } = perClass[truth]!;
      return { is, said, count, share: support > 0 ? count / support : 0 };
    }),
  );
  const place = { x: 'said', y: 'is' } as const;
  return figure({
    title: 'Confusion',
    caption:
      'Rows, and their share of those that are of the class. The fuller a cell, the larger that share.',
    legend: [
      { label: 'right', colour: MEANING.model, shape: 'area' },
      { label: 'wrong', colour: MEANING.loss, shape: 'area' },
    ],
    chart: chart({
      label: `Confusion matrix of ${names.join(', ')}`,
      size: 'half',
      draw: () => ({
        height: 330,
        marginLeft: 84,
        marginBottom: 46,
        x: { domain: names, label: 'said', labelAnchor: 'center', labelArrow: 'none', padding: 0.02 },
        y: { domain: names, label: 'is', labelAnchor: 'top', labelArrow: 'none', padding: 0.02 },
        marks: [
          cell(cells, { ...place, fill: INK.raised }),
          cell(cells, {
            ...place,
            fill: ({ is, said }: Cell) => (is === said ? MEANING.model : MEANING.loss),
            fillOpacity: ({ share }: Cell) => OPACITY * share,
            title: ({ is, said, count, share }: Cell) =>
              `${count} rows that are ${is} were called ${said}: ${percent(share)} of them`,
          }),
          text(cells, {
            ...place,
            text: ({ count }: Cell) => String(count),
            dy: -8,
            fontSize: 15,
            fontWeight: 600,
            fill: INK.ink,
          }),
          text(cells, { ...place, text: ({ share }: Cell) => percent(share), dy: 10, fill: INK.ink }),
        ],
        opacity: { type: 'identity' },
      }),
    }),
  });
}

/** Figures stay readable on the darkest cell. */
const OPACITY = 0.6;
