import { depthRatio, priceDistance, tickRatio } from '../kernels/ticks.ts';
import type { CatalogLine } from './line.ts';

/** Two minutes of seconds, the window in which σ-reversion is labelled. */
const WINDOW = { parameters: { period: 120 }, lookBack: 119 } as const;

// biome-ignore format: one line per feature
export const TICKS: readonly CatalogLine[] = [
  { name: 'tick_ratio', kernel: tickRatio, ...WINDOW, output: 'ratio', unit: '0-1', source: 'up-ticks / (up- + down-ticks), 0.5 if none', version: 1 },
  { name: 'depth_ratio', kernel: depthRatio, parameters: {}, lookBack: 0, output: 'ratio', unit: '0-1', source: 'bid / (bid + ask) depth of the top 20 levels', version: 1 },
  { name: 'price_dist', kernel: priceDistance, ...WINDOW, output: 'distance', unit: 'population deviations', source: '(close − mean) / population deviation, the second included', version: 1 },
];
