import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sliceCandles } from '../contracts/candles.ts';
import { volatilityPerBar } from '../datasets/labels/volatility.ts';
import { observationScale } from '../models/reinforcement/observation-scale.ts';
import type { TradingMarket } from '../models/reinforcement/trading-environments.ts';
import { trainingBars } from '../models/reinforcement/training-bars.ts';
import { COSTS, LABELS, type PlantedMarket } from '../test/models/reinforcement/planted-market.ts';

/** A planted market as PPO is trained on it, and the files that its Python reference reads. */
export function benchMarket({ candles, dataset }: PlantedMarket, steps: number) {
  const bars = trainingBars(dataset, steps);
  const played = sliceCandles(candles, 0, bars.endBar);
  const market: TradingMarket = {
    candles: played,
    volatility: volatilityPerBar(played, 'atr14'),
    labels: LABELS,
    costs: COSTS,
    market: 'swap',
  };
  const scale = observationScale(dataset, market, bars);
  return {
    market,
    starts: bars.starts,
    scale,
    async write(folder: string, spec: Record<string, unknown>): Promise<void> {
      for (const name of ['open', 'high', 'low', 'close'] as const)
        await writeFile(join(folder, `${name}.f64`), played[name]);
      await writeFile(join(folder, 'volatility.f64'), market.volatility);
      await writeFile(join(folder, 'starts.i32'), bars.starts);
      await writeFile(join(folder, 'features.f32'), standardFeatures(dataset.columns, scale.preprocessing));
      const { portfolioScale, rewardScale } = scale;
      const shape = { features: dataset.columns.length, steps, firstBar: dataset.bar[0] };
      const text = JSON.stringify({ ...spec, ...shape, portfolioScale, rewardScale });
      await writeFile(join(folder, 'spec.json'), text);
    },
  };
}

/** Row-major, as the net's own preprocessing gives them. */
function standardFeatures(
  columns: readonly Float32Array[],
  { mean, deviation, clip }: ReturnType<typeof observationScale>['preprocessing'],
): Float32Array {
  const values = new Float32Array(columns[0].length * columns.length);
  for (const [f, column] of columns.entries())
    for (const [row, value] of column.entries()) {
      const standard = (value - mean[f]) / deviation[f];
      values[row * columns.length + f] = Math.min(clip, Math.max(-clip, standard));
    }
  return values;
}
