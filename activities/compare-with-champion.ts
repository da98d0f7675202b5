import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { Json } from '../contracts/artifact.ts';
import type { MarketBars } from '../contracts/candles.ts';
import type { Comparison, LookPlan } from '../contracts/comparison.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { UNLABELLED } from '../contracts/tasks.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { reversionSides } from '../datasets/labels/sigma-reversion.ts';
import { volatilityOf, volatilityPerBar } from '../datasets/labels/volatility.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import type { ComparedModel, ComparisonInput } from '../evaluation/comparison/compare-models.ts';
import { decidedLabels } from '../evaluation/truth.ts';
import { joinLeader } from '../features/leader-bars.ts';
import { answerRows, featureColumns, warmUpOf } from '../inference/answer-bars.ts';
import { knownRows } from '../inference/known-rows.ts';
import { decisionOf, readPackage } from '../inference/package.ts';
import { loadServingModel, type ServingModel } from '../inference/serving-model.ts';
import { openSession } from '../models/onnx/session.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE } from './export-snapshot.ts';
import { DATASET_FILE } from './label-dataset.ts';
import { offThread } from './off-thread.ts';
import { findSeeds, type KeptSeeds } from './other-seeds.ts';
import { MODEL_FILE, type ModelFacts } from './quantize-model.ts';
import type { Rooms } from './rooms.ts';
import { planSeriesLook, wholeGate } from './series-looks.ts';
import { STEP_VERSIONS } from './step-versions.ts';

const COMPARISON_FILE = 'comparison.json';

interface Input {
  readonly series: Series;
  readonly candidate: number;
  /** Null: there is none; the constant baseline stands in. */
  readonly champion: number | null;
}

/**
 * Candidate and champion, as they would serve, on the candidate's bars that neither has seen: the series' next look, or the
 * one that the two had before.
 */
export function compareWithChampion(rooms: Rooms) {
  const { artifacts, registry } = rooms;
  return asStep(async ({ series, candidate, champion }: Input, { signal }) => {
    const id = seriesId(series);
    const record = await registry.get(id, candidate);
    const rival = champion === null ? null : await registry.get(id, champion);
    const { meta } = await readPackage(artifacts, record);
    const seeds = await findSeeds(artifacts, meta);
    const plan = await planSeriesLook(rooms, record, champion, wholeGate(meta.recipe.gate));
    const inputs = {
      candidate: { version: candidate, package: record.package.inputHash },
      champion: rival && { version: rival.version, package: rival.package.inputHash },
      seeds: seeds === null ? 'missing' : seeds.inputHash,
      plan: plan as unknown as Json,
      code: STEP_VERSIONS.comparison,
    };
    const saved = await artifacts.save('comparison', inputs, async folder => {
      const models: ServingModel[] = [];
      try {
        for (const version of rival ? [record, rival] : [record])
          models.push(await loadServingModel(artifacts, version));
        const input = await readInput(rooms, series, models[0], models[1] ?? null, seeds, plan);
        const comparison = await offThread('compareModels', [input], signal);
        await writeFile(join(folder, COMPARISON_FILE), `${JSON.stringify(comparison, null, 2)}\n`);
        return comparison as unknown as Json;
      } finally {
        await Promise.all(models.map(({ session }) => session.dispose()));
      }
    });
    const { rule, look } = saved.result as unknown as Comparison;
    return { artifact: saved.artifact, cached: saved.cached, rule, look, summary: rule.reason };
  });
}

async function readInput(
  { artifacts, candles }: Rooms,
  series: Series,
  candidate: ServingModel,
  champion: ServingModel | null,
  seeds: KeptSeeds | null,
  plan: LookPlan,
): Promise<ComparisonInput> {
  const { recipe, marketKind } = candidate.meta;
  const { path } = await artifacts.load(candidate.meta.artifacts.snapshot);
  const bars = await readSnapshot(path(SNAPSHOT_FILE));
  const label = await labelPerBar(artifacts, candidate, bars.openTime.length);
  const own = beside(candidate, bars);
  // The snapshot holds the candidate's leader; the champion may follow another.
  const rival =
    champion &&
    beside(champion, await joinLeader(candles, series, champion.meta.recipe.features.leader, bars));
  const asked = barsToAsk(rival ? [own, rival] : [own]);
  return {
    series: seriesId(series),
    candidate: await answer(own, asked),
    champion: rival && (await answer(rival, asked)),
    otherSeeds: seeds && (await answerBySeeds(artifacts, seeds, own, asked)),
    openTime: Float64Array.from(asked, bar => bars.openTime[bar]),
    bar: asked,
    label: Int8Array.from(asked, bar => label[bar]),
    candles: bars,
    atr: volatilityPerBar(bars, volatilityOf(recipe.labels)),
    signalSides: recipe.labels.kind === 'sigma-reversion' ? reversionSides(bars, recipe.labels) : null,
    costs: recipe.costs,
    market: marketKind,
    gate: wholeGate(recipe.gate),
    plan,
  };
}

/** The very labels that the candidate's evidence rests on; −1 where a bar has none. */
async function labelPerBar(
  artifacts: ArtifactStore,
  { meta }: ServingModel,
  bars: number,
): Promise<Int8Array> {
  const { path } = await artifacts.load(meta.artifacts.dataset);
  const dataset = await readDataset(path(DATASET_FILE));
  const known = decidedLabels(meta.task, dataset, decisionOf(meta));
  const label = new Int8Array(bars).fill(UNLABELLED);
  for (const [row, bar] of dataset.bar.entries()) label[bar] = known[row];
  return label;
}

/** A model and the bars as it sees them. */
interface Contender {
  readonly model: ServingModel;
  readonly bars: MarketBars;
  readonly columns: readonly Float32Array[];
}

function beside(model: ServingModel, bars: MarketBars): Contender {
  return { model, bars, columns: featureColumns(model, bars) };
}

/** Bars that serving would ask each model about and none has learnt from. */
function barsToAsk(contenders: readonly Contender[]): Int32Array {
  const models = contenders.map(({ model }) => model);
  const firstBar = Math.max(...models.map(warmUpOf));
  const seenThrough = Math.max(...models.map(({ version }) => version.trainedThroughTime));
  const known = contenders.map(({ model, columns, bars }) => knownRows(model.meta, columns, bars));
  const { openTime } = contenders[0].bars;
  return Int32Array.from(openTime.keys()).filter(
    bar => bar >= firstBar && openTime[bar] > seenThrough && known.every(isKnown => isKnown[bar] === 1),
  );
}

async function answer({ model, columns }: Contender, asked: Int32Array): Promise<ComparedModel> {
  const { version, meta } = model;
  return {
    version: version.version,
    tradable: version.tradable,
    trainedThroughTime: version.trainedThroughTime,
    dataToTime: version.dataToTime,
    labels: meta.recipe.labels,
    task: meta.task,
    decision: decisionOf(meta),
    answers: await answerRows(model, columns, asked),
  };
}

/** A seed's model looks at the same columns as the candidate's. */
async function answerBySeeds(
  artifacts: ArtifactStore,
  { models }: KeptSeeds,
  { model: candidate, columns }: Contender,
  asked: Int32Array,
): Promise<NonNullable<ComparisonInput['otherSeeds']>> {
  const answers = [];
  for (const { seed, model } of models) {
    const { path, result } = await artifacts.load<ModelFacts>(model);
    const session = await openSession(path(MODEL_FILE), { maxBytes: result.chosen.bytes });
    try {
      const answered = await answerRows({ ...candidate, session }, columns, asked);
      answers.push({ seed, decision: result.decision, answers: answered });
    } finally {
      await session.dispose();
    }
  }
  return answers;
}
