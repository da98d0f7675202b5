// Materialises features of a growing series, bar after bar, folding now and then, until it is killed.
import { createCandleStore } from '../../../candles/store.ts';
import { sliceCandles } from '../../../contracts/candles.ts';
import { createFeatureStore } from '../../../features/store/feature-store.ts';
import { createMaterialiser } from '../../../features/store/materialiser.ts';
import { HOURLY, makeBars, NOW } from '../../candles/fixtures.ts';
import { definitionsOf } from '../../support/features.ts';

export const BARS = makeBars({ bars: 1_500 });
export const FIRST_BARS = 300;
export const DEFINITIONS = definitionsOf(['rsi_14', 'ema_26', 'volume_ratio_20']);

if (import.meta.main) {
  const [root] = process.argv.slice(2);
  const candles = createCandleStore(root, { now: () => NOW });
  const features = createFeatureStore(root);
  const materialiser = createMaterialiser(candles, features);
  const { bars: stored } = await candles.describe(HOURLY);
  for (let bar = stored; bar < BARS.openTime.length; bar++) {
    await candles.appendRecent([{ series: HOURLY, candles: sliceCandles(BARS, bar, bar + 1) }]);
    const [outcome] = await materialiser.materialise([HOURLY], DEFINITIONS);
    if (!outcome.ok) throw outcome.error;
    if (bar % 2 === 0) {
      const beforeTime = BARS.openTime[bar - 3];
      await candles.fold(HOURLY, beforeTime);
      for (const each of await features.list()) await features.fold(each, beforeTime);
    }
    process.stdout.write('.');
  }
  await features.close();
  await candles.close();
}
