import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import type { Evidence, Measurements } from '../contracts/evidence.ts';
import { seriesId } from '../contracts/series.ts';
import { DECIDED_CLASSES } from '../contracts/tasks.ts';
import { blockRows, labelsOfBlock, rowsOfBlock } from '../datasets/block-rows.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { reversionSides } from '../datasets/labels/sigma-reversion.ts';
import { volatilityOf, volatilityPerBar } from '../datasets/labels/volatility.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { judgeCandidate } from '../evaluation/gate.ts';
import { typicalValues } from '../evaluation/importance/typical-values.ts';
import type { GateFacts } from '../evaluation/rules/rule.ts';
import { sharpeEvidence, type TrialsSoFar } from '../evaluation/sharpe-evidence.ts';
import { countDecided, decidedLabels } from '../evaluation/truth.ts';
import { PACKAGE_FILES } from '../inference/package.ts';
import { estimatorOf } from '../models/estimators/index.ts';
import { readModelBytes } from '../models/onnx/reader.ts';
import { runRows } from '../models/onnx/row-chunks.ts';
import { openSession } from '../models/onnx/session.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { DATASET_FILE, type DatasetFacts } from './label-dataset.ts';
import { logTraining, type TrainedModel } from './log-training.ts';
import { offThread } from './off-thread.ts';
import { MODEL_FILE, type ModelFacts } from './quantize-model.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

interface Input extends TrainedModel {
  readonly fit: ArtifactRef;
}

/** Logs a candidate as a trial of its series, and judges it alone, by the very file that would serve, on the test block. */
export function validateModel(rooms: Rooms) {
  const { artifacts } = rooms;
  return asStep(async (input: Input, { signal }) => {
    const { recipe } = input;
    const { trial, tried } = await logTraining(rooms, input);
    const inputs = {
      series: seriesId(input.series),
      recipe: recipe.name,
      model: input.model.inputHash,
      dataset: input.dataset.inputHash,
      gate: recipe.gate,
      costs: recipe.costs,
      labels: recipe.labels,
      trial: trial.inputHash,
      trials: { ...tried },
      code: STEP_VERSIONS.evidence,
    };
    const saved = await artifacts.save('evidence', inputs as unknown as Json, async folder => {
      const { latencyMs, ...evidence } = await judge(artifacts, input, tried, signal);
      await writeFile(join(folder, PACKAGE_FILES.metrics), `${JSON.stringify(evidence, null, 2)}\n`);
      const { eligible, tradable, metrics } = evidence;
      return { eligible, tradable, mcc: metrics.mcc, directionalAuc: metrics.directionalAuc, latencyMs };
    });
    const { eligible, mcc, directionalAuc } = saved.result;
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: `${eligible ? 'passes' : 'fails'}; MCC ${mcc.toFixed(3)}, directional AUC ${directionalAuc?.toFixed(3) ?? 'none'}`,
    };
  });
}

async function judge(
  artifacts: ArtifactStore,
  input: Input,
  trials: TrialsSoFar,
  signal: AbortSignal,
): Promise<Evidence & Measurements> {
  const { series, recipe } = input;
  const snapshot = await artifacts.load<SnapshotFacts>(input.snapshot);
  const dataset = await artifacts.load<DatasetFacts>(input.dataset);
  const model = await artifacts.load<ModelFacts>(input.model);
  const fit = await artifacts.load(input.fit);
  const candles = await readSnapshot(snapshot.path(SNAPSHOT_FILE));
  const { decision, calibration } = model.result;
  const { task, labels } = recipe;
  const bytes = await readModelBytes(model.path(MODEL_FILE), { maxBytes: model.result.chosen.bytes });
  const session = await openSession(bytes);
  try {
    const { blocks, trainedThroughTime } = dataset.result.report;
    const whole = await readDataset(dataset.path(DATASET_FILE));
    const test = blockRows(whole, 'test', session.info.steps);
    const scoreInput = {
      task,
      decision,
      calibration,
      answers: await runRows(session, test.windows),
      label: decidedLabels(task, test, decision),
      bar: test.bar,
      signalSides: labels.kind === 'sigma-reversion' ? reversionSides(candles, labels) : null,
      trainClasses: countDecided(task, labelsOfBlock(whole, 'train'), decision),
      candles,
      atr: volatilityPerBar(candles, volatilityOf(labels)),
      recipe,
      market: snapshot.result.marketKind,
    };
    const trainBar = Int32Array.from(rowsOfBlock(whole, 'train'), row => whole.bar[row]);
    const {
      metrics,
      baseline,
      intervals,
      bootstrap,
      backtest,
      netReturns,
      calibration: calibrated,
      stability,
      reliability,
      equityCurve,
    } = await offThread('scoreCandidate', [scoreInput, trainBar], signal);
    const explained = await offThread(
      'explainModel',
      [
        {
          task,
          decision,
          model: bytes,
          featureNames: whole.featureNames,
          windows: test.windows,
          label: scoreInput.label,
          seed: recipe.gate.bootstrapSeed,
          baseline: typicalValues(whole),
        },
      ],
      signal,
    );
    const facts: GateFacts = {
      series: seriesId(series),
      recipe: recipe.name,
      packageId: input.model.inputHash,
      classes: DECIDED_CLASSES[task],
      decision,
      ...(calibrated && { calibration: calibrated }),
      testBlock: { fromTime: blocks.test.fromTime, toTime: blocks.test.toTime, rows: test.rows },
      trainedThroughTime,
      metrics,
      baseline,
      intervals,
      bootstrap,
      backtest,
      sharpe: sharpeEvidence(netReturns, series.timeframe, trials),
      stability,
      reliability,
      equityCurve,
      importance: (await estimatorOf(recipe.train).importance(fit.folder)) ?? [],
      ...explained,
      parity: model.result.parity,
      modelBytes: model.result.chosen.bytes,
      latencyMs: model.result.chosen.latencyMs1,
    };
    return { ...facts, ...judgeCandidate(facts, recipe.gate) };
  } finally {
    await session.dispose();
  }
}
