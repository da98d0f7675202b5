import type { MarketBars } from '../contracts/candles.ts';
import type { ModelFault } from '../contracts/probation.ts';
import type { Series } from '../contracts/series.ts';
import { joinLeader } from '../features/leader-bars.ts';
import { answerBars, warmUpOf } from '../inference/answer-bars.ts';
import { orFault } from '../inference/model-faults.ts';
import { servingLatency } from '../inference/serving-latency.ts';
import { loadServingModel, type ServingModel } from '../inference/serving-model.ts';
import type { VersionRecord } from '../registry/registry.ts';
import type { Rooms } from './rooms.ts';

/** The newest bars that a version must answer for to be sound. */
const SOUND_BARS = 256;

/** A version that was opened, what is wrong with it, and the bars as it sees them. */
export interface ExaminedVersion {
  readonly record: VersionRecord;
  readonly fault: ModelFault | null;
  readonly latencyMs: number | null;
  readonly model: ServingModel | null;
  readonly bars: MarketBars;
}

/** Opens a version as serving would, asks it about the newest bars, and takes its time. */
export async function examineVersion(
  { artifacts, candles, clock }: Rooms,
  series: Series,
  record: VersionRecord,
  own: MarketBars,
): Promise<ExaminedVersion> {
  const opened = await orFault(() => loadServingModel(artifacts, record));
  if (opened.fault) return { record, fault: opened.fault, latencyMs: null, model: null, bars: own };
  const model = opened.value;
  const { meta, session } = model;
  const { leader } = meta.recipe.features;
  try {
    const bars = await joinLeader(candles, series, leader, own);
    const answered = await orFault(async () => {
      const rows = newestRows(bars.openTime.length, warmUpOf(model), SOUND_BARS);
      if (rows.length > 0) await answerBars(model, bars, rows);
      const window = new Float32Array(meta.steps * meta.featureNames.length);
      return await servingLatency(session, window, clock.monotonicMs);
    });
    const latencyMs = answered.value;
    const fault = answered.fault ?? slowness(latencyMs, meta.recipe.gate.maxLatencyMs);
    return { record, fault, latencyMs, model, bars };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

function newestRows(bars: number, warmUp: number, most: number): Int32Array {
  const from = Math.max(warmUp, bars - most);
  return Int32Array.from({ length: Math.max(0, bars - from) }, (_, row) => from + row);
}

function slowness(latencyMs: number | null, maxLatencyMs: number): ModelFault | null {
  if (latencyMs === null || latencyMs <= maxLatencyMs) return null;
  return {
    kind: 'latency',
    code: 'LATENCY',
    message: `A prediction takes ${latencyMs.toFixed(1)} ms, where its recipe allows ${maxLatencyMs} (the best of three medians).`,
  };
}
