import { calendar } from '../kernels/calendar.ts';
import type { CatalogLine } from './line.ts';

const OPEN = { kernel: calendar, parameters: {}, lookBack: 0, unit: '-1 to 1' } as const;

// biome-ignore format: one line per feature
export const CALENDAR: readonly CatalogLine[] = [
  { name: 'hour_sine', ...OPEN, output: 'hourSine', source: 'sin(2π · time of day / 24 h), UTC, at the bar’s open', version: 1 },
  { name: 'hour_cosine', ...OPEN, output: 'hourCosine', source: 'cos(2π · time of day / 24 h), UTC, at the bar’s open', version: 1 },
  { name: 'weekday_sine', ...OPEN, output: 'weekdaySine', source: 'sin(2π · weekday / 7), Monday is 0, UTC, at the bar’s open', version: 1 },
  { name: 'weekday_cosine', ...OPEN, output: 'weekdayCosine', source: 'cos(2π · weekday / 7), Monday is 0, UTC, at the bar’s open', version: 1 },
];
