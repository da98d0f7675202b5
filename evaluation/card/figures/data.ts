import { barX, ruleX, text } from '@observablehq/plot';
import { BLOCKS, type BlockName, type BlockReport } from '../../../contracts/dataset.ts';
import { percent, utc } from '../../../contracts/wording.ts';
import { chart } from '../../plots/chart.ts';
import type { Markup } from '../../plots/markup.ts';
import { figure } from '../../plots/parts.ts';
import { INK } from '../../plots/theme.ts';
import { classColour } from './class-colours.ts';

type Blocks = Readonly<Record<BlockName, BlockReport>>;

const MARGIN_LEFT = 76;
const HEIGHT = 150;
/** A narrower part has no room for its share in figures. */
const LEAST_WRITTEN = 0.12;

/** Shares of the classes in each block. */
export function classBalance(blocks: Blocks, classes: readonly string[]): Markup {
  const parts = BLOCKS.flatMap(block => {
    const { classes: counts, rows } = blocks[block];
    return counts.map((count, k) => {
      const before = counts.slice(0, k).reduce((sum, other) => sum + other, 0);
      return {
        block,
        name: classes[k]!,
        from: before / rows,
        to: (before + count) / rows,
        share: count / rows,
      };
    });
  });
  const place = { y: 'block', x1: 'from', x2: 'to' } as const;
  return figure({
    title: 'Class balance',
    caption: null,
    legend: classes.map(name => ({ label: name, colour: classColour(name), shape: 'area' })),
    chart: chart({
      label: `Shares of ${classes.join(', ')} in each block`,
      size: 'half',
      draw: () => ({
        height: HEIGHT,
        marginLeft: MARGIN_LEFT,
        x: { domain: [0, 1], tickFormat: '.0%', ticks: 5 },
        y: { domain: BLOCKS },
        marks: [
          barX(parts, {
            ...place,
            fill: ({ name }: { name: string }) => classColour(name),
            insetLeft: 0.5,
            insetRight: 0.5,
            title: ({ block, name, share }: (typeof parts)[number]) => `${block}: ${name} ${percent(share)}`,
          }),
          text(
            parts.filter(({ share }) => share >= LEAST_WRITTEN),
            {
              y: 'block',
              x: ({ from, to }: { from: number; to: number }) => (from + to) / 2,
              text: ({ share }: { share: number }) => percent(share),
              fill: INK.paper,
            },
          ),
        ],
      }),
    }),
  });
}

/** When each block was. */
export function blockRanges(blocks: Blocks): Markup {
  const parts = BLOCKS.map(block => ({ block, ...blocks[block] }));
  const last = blocks.test.toTime;
  return figure({
    title: 'What was used for what',
    caption: null,
    legend: [],
    chart: chart({
      label: 'Time ranges of the blocks',
      size: 'half',
      draw: () => ({
        height: HEIGHT,
        marginLeft: MARGIN_LEFT,
        x: { type: 'utc', domain: [Math.min(...parts.map(({ fromTime }) => fromTime)), last], ticks: 3 },
        y: { domain: BLOCKS },
        marks: [
          barX(parts, {
            y: 'block',
            x1: 'fromTime',
            x2: 'toTime',
            fill: ({ block }: { block: BlockName }) => (block === 'test' ? INK.blue : INK.muted),
            title: ({ block, rows, fromTime, toTime }: (typeof parts)[number]) =>
              `${block}: ${rows} rows, ${utc(fromTime)} to ${utc(toTime)}`,
          }),
          ruleX([blocks.test.fromTime], { stroke: INK.muted, strokeDasharray: '3,3' }),
        ],
      }),
    }),
  });
}
