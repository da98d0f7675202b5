import { DEFAULT_MARKET, generateCandles } from '../../../candles/generate.ts';
import type { Candles } from '../../../contracts/candles.ts';
import type { Dataset } from '../../../contracts/dataset.ts';
import type { CostSpec, LabelSpec } from '../../../contracts/recipe.ts';
import { labelCandles } from '../../../datasets/labels/index.ts';
import { blockOfRows, splitBlocks } from '../../../datasets/split.ts';

export const LABELS = {
  kind: 'triple-barrier',
  horizonBars: 8,
  upAtr: 2,
  downAtr: 2,
} as const satisfies LabelSpec;
export const COSTS: CostSpec = { feeBps: 1, halfSpreadBps: 0.5, slippageBps: 0.5 };

const EDGE = { strength: 0.25, bars: 8 };
const WARM_UP = 16;

export interface PlantedMarket {
  readonly candles: Candles;
  readonly dataset: Dataset;
}

/**
 * A made-up market whose next bar goes on as the last eight went, and a dataset of it with four features: the sum of those
 * eight returns, the last return, the bar's range and its volume.
 */
export function plantedMarket(bars: number, seed: number, strength = EDGE.strength): PlantedMarket {
  const candles = generateCandles({
    ...DEFAULT_MARKET,
    timeframe: '1h',
    bars,
    seed,
    fromTime: 0,
    edge: { ...EDGE, strength },
  });
  const { open, high, low, close, volume } = candles;
  const rows = bars - WARM_UP;
  const bar = Int32Array.from({ length: rows }, (_, row) => WARM_UP + row);
  const column = (value: (t: number) => number) => Float32Array.from(bar, value);
  const labels = labelCandles(candles, LABELS);
  const label = labels.label.slice(WARM_UP);
  const labelEnd = labels.end.slice(WARM_UP);
  const shares = { train: 0.6, validation: 0.2, test: 0.2 };
  const blocks = splitBlocks(label, { bar, labelEnd }, shares, WARM_UP);
  return {
    candles,
    dataset: {
      featureNames: ['roc_8', 'roc_1', 'range', 'volume'],
      schemaHash: 'a'.repeat(64),
      columns: [
        column(t => close[t] / close[t - EDGE.bars] - 1),
        column(t => close[t] / open[t] - 1),
        column(t => (high[t] - low[t]) / close[t]),
        column(t => volume[t]),
      ],
      label,
      bar,
      openTime: candles.openTime.slice(WARM_UP),
      labelEnd,
      block: blockOfRows(blocks, rows),
    },
  };
}
