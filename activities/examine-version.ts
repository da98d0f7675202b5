import type { MarketBars } from '../contracts/candles.ts';
import type { ModelFault } from '../contracts/probation.ts';
import type { Series } from '../contracts/series.ts';
import { joinLeader } from '../features/leader-bars.ts';
import { answerRows, featureColumns, warmUpOf } from '../inference/answer-bars.ts';
import { knownRows } from '../inference/known-rows.ts';
import { orFault } from '../inference/model-faults.ts';
import { servingLatency } from '../inference/serving-latency.ts';
import { loadServingModel, type ServingModel } from '../inference/serving-model.ts';
import type { VersionRecord } from '../registry/registry.ts';
import type { Rooms } from './rooms.ts';

/** The newest bars that a version must answer for to be sound, of those that serving would ask it about. */
const SOUND_BARS = 256;

/** A version that was opened, what is wrong with it, and the bars as it sees them. */
export interface ExaminedVersion {
  readonly record: VersionRecord;
  readonly fault: ModelFault | null;
  readonly latencyMs: number | null;
  readonly model: ServingModel | null;
  readonly bars: MarketBars;
  /** The model's features at every bar; none where it could not be opened. */
  readonly columns: readonly Float32Array[];
  /** The bars that serving would ask it about, ascending. */
  readonly asked: Int32Array;
}

/** Opens a version as serving would, asks it about the newest bars, and takes its time. */
export async function examineVersion(
  { artifacts, candles, clock }: Rooms,
  series: Series,
  record: VersionRecord,
  own: MarketBars,
): Promise<ExaminedVersion> {
  const opened = await orFault(() => loadServingModel(artifacts, record));
  if (opened.fault) return { ...UNOPENED, record, fault: opened.fault, bars: own };
  const model = opened.value;
  const { meta, session } = model;
  const { leader } = meta.recipe.features;
  try {
    const bars = await joinLeader(candles, series, leader, own);
    const columns = featureColumns(model, bars);
    const isKnown = knownRows(meta, columns, bars);
    const asked = Int32Array.from(bars.openTime.keys()).filter(
      bar => bar >= warmUpOf(model) && isKnown[bar] === 1,
    );
    const answered = await orFault(async () => {
      if (asked.length > 0) await answerRows(model, columns, asked.slice(-SOUND_BARS));
      const window = new Float32Array(meta.steps * meta.featureNames.length);
      return await servingLatency(session, window, clock.monotonicMs);
    });
    const latencyMs = answered.value;
    const fault = answered.fault ?? slowness(latencyMs, meta.recipe.gate.maxLatencyMs);
    return { record, fault, latencyMs, model, bars, columns, asked };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

const UNOPENED = { latencyMs: null, model: null, columns: [], asked: new Int32Array(0) };

function slowness(latencyMs: number | null, maxLatencyMs: number): ModelFault | null {
  if (latencyMs === null || latencyMs <= maxLatencyMs) return null;
  return {
    kind: 'latency',
    code: 'LATENCY',
    message: `A prediction takes ${latencyMs.toFixed(1)} ms, where its recipe allows ${maxLatencyMs} (the best of three medians).`,
  };
}
