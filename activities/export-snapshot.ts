import { createHash } from 'node:crypto';
import { CANDLE_COLUMNS, type Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type MarketKind, type Series, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import { writeSnapshot } from '../datasets/snapshot-file.ts';
import { asStep } from './activity.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

export const SNAPSHOT_FILE = 'candles.arrow';

/** Facts of a snapshot that later steps need; the artifact's result. */
export interface SnapshotFacts {
  readonly series: Series;
  readonly marketKind: MarketKind;
  readonly anchorTime: number;
  readonly bars: number;
  readonly fromTime: number;
  readonly toTime: number;
}

interface Input {
  readonly series: Series;
  readonly recipe: Recipe;
  readonly asOfTime: number | null;
}

/** Freezes the series' bars, from its anchor to the last one closed by `asOfTime`, under the hash of their content. */
export function exportSnapshot({ candles, artifacts, clock }: Rooms) {
  return asStep(async ({ series, recipe, asOfTime }: Input) => {
    const { kind, anchorTime } = await candles.describe(series);
    if (!recipe.markets.includes(kind)) {
      throw new AlphaloomError(
        'RECIPE_INVALID',
        `${recipe.name} is for ${recipe.markets.join(' and ')} markets; ${seriesId(series)} is ${kind}.`,
        { recipe: recipe.name, markets: recipe.markets, kind },
      );
    }
    const lastOpen =
      Math.min(asOfTime ?? Number.POSITIVE_INFINITY, clock.now()) - TIMEFRAME_MS[series.timeframe];
    const bars = await candles.read(series, { from: anchorTime, to: lastOpen + 1 });
    const count = bars.openTime.length;
    if (count === 0) {
      throw new AlphaloomError(
        'CANDLES_TOO_FEW',
        `${seriesId(series)} has no bar closed by ${new Date(asOfTime ?? clock.now()).toISOString()}.`,
        { series: seriesId(series), asOfTime },
      );
    }
    const facts = {
      series: { ...series },
      marketKind: kind,
      anchorTime,
      bars: count,
      fromTime: bars.openTime[0],
      toTime: bars.openTime[count - 1],
    };
    const inputs = { ...facts, content: contentHash(bars), code: STEP_VERSIONS.snapshot };
    const saved = await artifacts.save('snapshot', inputs, async folder => {
      await writeSnapshot(bars, `${folder}/${SNAPSHOT_FILE}`);
      return facts;
    });
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: `${count} bars, ${day(facts.fromTime)} to ${day(facts.toTime)}`,
    };
  });
}

function contentHash(bars: Candles): string {
  const hash = createHash('sha256');
  for (const column of CANDLE_COLUMNS) {
    const { buffer, byteOffset, byteLength } = bars[column];
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
