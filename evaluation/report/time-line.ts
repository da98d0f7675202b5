import type { Markish } from '@observablehq/plot';
import { rect, text } from '@observablehq/plot';
import type { BacktestDocument } from '../../contracts/backtest-document.ts';
import { INK } from '../plots/theme.ts';
import { thinnedRows } from '../plots/thinning.ts';

/** Pixels above a time line. */
export const TIME_LINE_TOP = 18;

/** A value at a bar's open time. */
export interface Moment {
  readonly time: Date;
  readonly value: number;
}

/** A column over time as what a chart of that many pixels shows of it. */
export function moments(time: Float64Array, values: Float64Array, pixels: number): Moment[] {
  // Two pixels a column: a line is no thinner.
  return Array.from(thinnedRows(values, Math.ceil(pixels / 2)), row => ({
    time: new Date(time[row]),
    value: values[row],
  }));
}

/** Shades the part of a time line that a model had seen in training; nothing where none had. */
export function seenInTraining({ inSample }: BacktestDocument, fromTime: number, toTime: number): Markish[] {
  if (inSample === null || inSample.throughTime < fromTime) return [];
  const until = Math.min(inSample.throughTime, toTime);
  return [
    rect([0], {
      x1: [new Date(fromTime)],
      x2: [new Date(until)],
      fill: INK.alarm,
      fillOpacity: 0.08,
    }),
    text(['IN-SAMPLE: seen in training'], {
      x: [new Date(fromTime)],
      frameAnchor: 'top-left',
      dy: -16,
      fill: INK.alarm,
      fontWeight: 600,
      textAnchor: 'start',
    }),
  ];
}

/** Axis labels of money: `12K`, `4.2e−6`. */
export function shortMoney(value: number): string {
  const size = Math.abs(value);
  const text =
    value !== 0 && (size < 0.001 || size >= 1e15)
      ? Number(value.toPrecision(3)).toExponential().replace('+', '')
      : value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
  return text.replaceAll('-', '−');
}

export function shortPercent(value: number): string {
  return `${shortMoney(Number((value * 100).toPrecision(12)))}\u00a0%`;
}

/** Axis labels of numbers of things. */
export function count(value: number): string {
  return Number.isInteger(value) ? shortMoney(value) : '';
}
