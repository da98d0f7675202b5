import { dot, ruleX, ruleY, tickX } from '@observablehq/plot';
import type { Evidence } from '../../../contracts/evidence.ts';
import { aucName, decimals, interval } from '../../../contracts/wording.ts';
import { chart } from '../../plots/chart.ts';
import type { Markup } from '../../plots/markup.ts';
import { figure } from '../../plots/parts.ts';
import { INK, MEANING } from '../../plots/theme.ts';

/** At most, of the letters of a metric's name. */
const CHARACTER_WIDTH = 7;

interface Line {
  readonly metric: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly baseline: number | null;
}

/** Metrics for which more is better, on one scale, each beside the constant answer's. */
export function metricIntervals({ intervals, baseline, classes }: Evidence): Markup {
  const lines: Line[] = [
    { metric: 'MCC', ...intervals.mcc, baseline: baseline.mcc },
    { metric: aucName(classes), ...intervals.directionalAuc, baseline: baseline.directionalAuc },
    { metric: 'balanced accuracy', ...intervals.balancedAccuracy, baseline: baseline.balancedAccuracy },
    { metric: 'macro-F1', ...intervals.macroF1, baseline: baseline.macroF1 },
    { metric: 'accuracy', ...intervals.accuracy, baseline: baseline.accuracy },
  ];
  const lowest = Math.min(0, ...lines.flatMap(({ low, value }) => low ?? value ?? []));
  return figure({
    title: 'How it did against the constant answer',
    caption:
      'A metric whose interval reaches the constant answer’s mark may owe its value to chance. Accuracy alone shows nothing: the constant answer has it too.',
    legend: [
      { label: 'model, with its 95 % interval', colour: MEANING.model, shape: 'line' },
      { label: 'constant answer', colour: MEANING.chosen, shape: 'line' },
    ],
    chart: chart({
      label: `Metrics with intervals: ${lines.map(line => `${line.metric} ${decimals(line.value)}`).join(', ')}`,
      size: 'whole',
      draw: width => ({
        height: 44 + 34 * lines.length,
        marginLeft: width > 500 ? 16 + CHARACTER_WIDTH * longest(lines) : 150,
        x: { domain: [lowest, 1], grid: true, ticks: 6, nice: true },
        y: { domain: lines.map(({ metric }) => metric), tickFormat: width > 500 ? undefined : shortened },
        marks: [
          ruleX([0], { stroke: INK.muted }),
          tickX(known(lines, 'baseline'), {
            x: 'baseline',
            y: 'metric',
            stroke: MEANING.chosen,
            strokeWidth: 3,
            insetTop: 7,
            insetBottom: 7,
            title: ({ metric, baseline }: Line) => `${metric} of the constant answer: ${decimals(baseline)}`,
          }),
          ruleY(known(lines, 'low'), {
            y: 'metric',
            x1: 'low',
            x2: 'high',
            stroke: MEANING.model,
            strokeWidth: 3,
            strokeOpacity: 0.45,
          }),
          dot(known(lines, 'value'), {
            x: 'value',
            y: 'metric',
            r: 5,
            fill: MEANING.model,
            title: (line: Line) => `${line.metric}: ${decimals(line.value)} (${interval(line, decimals)})`,
          }),
        ],
      }),
    }),
  });
}

function longest(lines: readonly Line[]): number {
  return Math.max(...lines.map(({ metric }) => metric.length));
}

function known(lines: readonly Line[], key: 'value' | 'low' | 'baseline'): Line[] {
  return lines.filter(line => line[key] !== null);
}

/** As it fits a phone. */
function shortened(metric: string): string {
  return metric.replace(' against ', ' / ').replace('AUC of ', 'AUC ');
}
