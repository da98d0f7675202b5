import { volumeRatio } from '../kernels/volume.ts';
import type { CatalogLine } from './line.ts';

// biome-ignore format: one line per feature
export const VOLUME: readonly CatalogLine[] = [
  { name: 'volume_ratio_20', kernel: volumeRatio, output: 'ratio', parameters: { period: 20 }, lookBack: 19, unit: 'multiple of the mean volume', source: 'volume / TA-Lib’s SMA of volume, the bar included', version: 1 },
];
