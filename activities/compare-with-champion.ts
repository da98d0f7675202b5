import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../contracts/artifact.ts';
import type { MarketBars } from '../contracts/candles.ts';
import type { Comparison } from '../contracts/evidence.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { labelCandles } from '../datasets/labels/index.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import type { ComparedModel } from '../evaluation/comparison.ts';
import { decidedLabels } from '../evaluation/truth.ts';
import { joinLeader } from '../features/leader-bars.ts';
import { answerBars, warmUpOf } from '../inference/answer-bars.ts';
import { decisionOf } from '../inference/package.ts';
import { loadServingModel, type ServingModel } from '../inference/serving-model.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE } from './export-snapshot.ts';
import { offThread } from './off-thread.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

const COMPARISON_FILE = 'comparison.json';

interface Input {
  readonly series: Series;
  readonly candidate: number;
  readonly champion: number;
}

/** Both models, as they would serve, on the candidate's bars that neither has seen. */
export function compareWithChampion({ artifacts, candles, registry }: Rooms) {
  return asStep(async ({ series, candidate, champion }: Input, { signal }) => {
    const id = seriesId(series);
    const records = [await registry.get(id, candidate), await registry.get(id, champion)];
    const inputs = {
      candidate: { version: candidate, package: records[0].package.inputHash },
      champion: { version: champion, package: records[1].package.inputHash },
      code: STEP_VERSIONS.comparison,
    };
    const saved = await artifacts.save('comparison', inputs, async folder => {
      const models: ServingModel[] = [];
      try {
        for (const record of records) models.push(await loadServingModel(artifacts, record));
        const { path } = await artifacts.load(models[0].meta.artifacts.snapshot);
        const bars = await readSnapshot(path(SNAPSHOT_FILE));
        const comparison = await compare(
          id,
          bars,
          // The snapshot holds the candidate's leader; the champion may follow another.
          await joinLeader(candles, series, models[1].meta.recipe.features.leader, bars),
          models[0],
          models[1],
          signal,
        );
        await writeFile(join(folder, COMPARISON_FILE), `${JSON.stringify(comparison, null, 2)}\n`);
        return comparison as unknown as Json;
      } finally {
        await Promise.all(models.map(({ session }) => session.dispose()));
      }
    });
    const { rule } = saved.result as unknown as Comparison;
    return { artifact: saved.artifact, cached: saved.cached, rule, summary: rule.reason };
  });
}

async function compare(
  series: string,
  candles: MarketBars,
  championCandles: MarketBars,
  candidate: ServingModel,
  champion: ServingModel,
  signal: AbortSignal,
): Promise<Comparison> {
  const { recipe } = candidate.meta;
  const decision = decisionOf(candidate.meta);
  const label = decidedLabels(recipe.task, labelCandles(candles, recipe.labels), decision);
  const firstBar = Math.max(...[candidate, champion].map(warmUpOf));
  const seenThrough = Math.max(candidate.version.trainedThroughTime, champion.version.trainedThroughTime);
  const bars = Int32Array.from(candles.openTime.keys()).filter(
    bar => bar >= firstBar && candles.openTime[bar] > seenThrough,
  );
  const input = {
    series,
    candidate: await answer(candles, candidate, bars),
    champion: await answer(championCandles, champion, bars),
    openTime: Float64Array.from(bars, bar => candles.openTime[bar]),
    label: Int8Array.from(bars, bar => label[bar]),
    gate: recipe.gate,
  };
  return await offThread('compareModels', [input], signal);
}

async function answer(candles: MarketBars, model: ServingModel, bars: Int32Array): Promise<ComparedModel> {
  const { version, meta } = model;
  return {
    version: version.version,
    tradable: version.tradable,
    trainedThroughTime: version.trainedThroughTime,
    labels: meta.recipe.labels,
    task: meta.task,
    decision: decisionOf(meta),
    answers: await answerBars(model, candles, bars),
  };
}
