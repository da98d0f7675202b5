// LightGBM and XGBoost on 70,000 × 93 beside Python's packages, by turns; predictions beside the libraries' own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRow } from '../cli/dev.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { blockRows } from '../datasets/block-rows.ts';
import { homeAt } from '../host/paths.ts';
import { findNativeLibrary } from '../host/tools/native-library.ts';
import { noCalibration } from '../models/decision/calibration.ts';
import { findEstimator } from '../models/estimators/index.ts';
import { modelFile } from '../models/onnx/model-file.ts';
import { openSession } from '../models/onnx/session.ts';
import { TREE_LEARNERS } from '../models/trees/learners.ts';
import { LightgbmLibrary } from '../models/trees/lightgbm-library.ts';
import { treeContributions } from '../models/trees/tree-shap.ts';
import { percentile, report, timeRuns } from './measure.ts';
import { benchPython } from './python.ts';
import { treesDataset } from './trees-dataset.ts';
import {
  fitInto,
  LEARNERS,
  type Learner,
  modelHash,
  ROUNDS,
  readModel,
  THREADS,
  writeReferenceSpec,
} from './trees-fit.ts';
import { TreesReference } from './trees-reference.ts';

const ROWS = { train: 70_000, validation: 10_000 };
const FEATURES = 93;
const TURNS = 3;
const SHAP_ROWS = 200;
const FITS = { before: 10, after: 100 };

const folder = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
const home = homeAt(join(folder, 'home'));
const libraries = {
  lightgbm: await findNativeLibrary('lightgbm', process.env, home),
  xgboost: await findNativeLibrary('xgboost', process.env, home),
};
const dataset = treesDataset(ROWS.train, ROWS.validation, FEATURES);
const { values: validation } = blockRows(dataset, 'validation', 1).windows;
try {
  const rows: BenchRow[] = [];
  const python = await benchPython(['numpy', 'lightgbm', 'xgboost']);
  const spec = await writeReferenceSpec(folder, dataset);
  const reference = python === null ? null : new TreesReference(python, folder, spec);
  for (const learner of LEARNERS) {
    rows.push(await training(learner, reference));
    rows.push(await explaining(learner, reference));
    rows.push(...(await predicting(learner)));
  }
  reference?.close();
  report('trees', [...rows, await cancelling(), await memory()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Whole fits, from the dataset to the model: ours with its process and files, Python's with the tables in its memory. */
async function training(learner: Learner, reference: TreesReference | null): Promise<BenchRow> {
  const { title } = TREE_LEARNERS[learner];
  const times = { ours: [] as number[], python: [] as number[] };
  let isSame = true;
  for (let turn = 0; turn < TURNS; turn++) {
    const started = performance.now();
    await fitInto(join(folder, learner), learner, dataset, libraries);
    times.ours.push((performance.now() - started) / 1_000);
    const theirs = await reference?.fit(learner);
    if (!theirs) continue;
    times.python.push(theirs.seconds);
    isSame &&= (await modelHash(join(folder, learner), learner)) === theirs.sha256;
  }
  const ours = percentile(times.ours, 0.5);
  const theirs = reference ? percentile(times.python, 0.5) : null;
  const note = !reference ? '' : isSame ? ', the same model' : ', ANOTHER MODEL THAN THE REFERENCE';
  return {
    work: `${title}: ${ROWS.train} × ${FEATURES}, ${ROUNDS} rounds × 3 classes, ${THREADS} threads${note}`,
    ...{ ours, reference: theirs, unit: 's', ratio: theirs === null ? null : ours / theirs },
    reference_name: `Python’s ${title}${reference ? '' : ' (not installed)'}`,
    ...{ target: '<= 1.1 x', holds: theirs === null ? null : isSame && ours / theirs <= 1.1 },
  };
}

async function explaining(learner: Learner, reference: TreesReference | null): Promise<BenchRow> {
  const { title, parseModel } = TREE_LEARNERS[learner];
  const model = parseModel(await readModel(join(folder, learner), learner));
  const x = validation.slice(0, SHAP_ROWS * FEATURES);
  const times = await timeRuns(3, 1, async () => treeContributions(model, x, SHAP_ROWS));
  const ours = percentile(times, 0.5) / SHAP_ROWS;
  const seconds = reference ? await reference.contributions(learner, SHAP_ROWS) : null;
  const theirs = seconds === null ? null : (1_000 * seconds) / SHAP_ROWS;
  return {
    work: `${title}: SHAP values of a row, in TypeScript`,
    ...{ ours, reference: theirs, unit: 'ms', ratio: theirs === null ? null : ours / theirs },
    ...{ reference_name: `Python’s ${title}, one thread`, target: 'shown', holds: null },
  };
}

/** The ONNX file beside LightGBM's own prediction through the same binding, one thread each. */
async function predicting(learner: Learner): Promise<BenchRow[]> {
  const { title } = TREE_LEARNERS[learner];
  const { featureNames, schemaHash } = dataset;
  const contract = {
    ...{ featureNames, schemaHash, steps: 1, packageId: 'bench' },
    ...{ task: 'direction3' as const, classes: TASK_CLASSES.direction3 },
  };
  const graph = await findEstimator(learner).scoreGraph(join(folder, learner), contract);
  const session = await openSession(modelFile(graph, contract, noCalibration(3)));
  // XGBoost's calls through the binding load the model each time: they are no measure.
  const booster =
    learner === 'lightgbm'
      ? new LightgbmLibrary(libraries.lightgbm).boosterFromText(
          await readModel(join(folder, learner), learner),
        )
      : null;
  const rows: BenchRow[] = [];
  for (const { batch, runs } of [
    { batch: 1, runs: 2_000 },
    { batch: ROWS.validation, runs: 5 },
  ]) {
    const x = validation.slice(0, batch * FEATURES);
    const ours = percentile(await timeRuns(runs, 3, () => session.run(x, batch)), 0.5);
    const theirs = booster
      ? percentile(await timeRuns(runs, 3, async () => booster.scores(x, batch, 3)), 0.5)
      : null;
    rows.push({
      work: `${title}: a prediction of ${batch} row${batch === 1 ? '' : 's'} through ONNX`,
      ...{ ours, reference: theirs, unit: 'ms', ratio: theirs === null ? null : ours / theirs },
      ...{ reference_name: booster ? 'LightGBM’s own' : '', target: 'shown', holds: null },
    });
  }
  booster?.[Symbol.dispose]();
  await session.dispose();
  return rows;
}

/** From the word to stop until the fit has ended, while a table is built that takes seconds. */
async function cancelling(): Promise<BenchRow> {
  const large = treesDataset(400_000, ROWS.validation, FEATURES);
  const stopping = new AbortController();
  const fitting = fitInto(join(folder, 'cancelled'), 'lightgbm', large, libraries, {
    signal: stopping.signal,
  });
  const ended = fitting.catch(() => {});
  await sleep(2_000);
  const told = performance.now();
  stopping.abort();
  await ended;
  const ours = (performance.now() - told) / 1_000;
  return {
    work: 'LightGBM: a fit of 400,000 × 93, told to stop after 2 s',
    ...{ ours, reference: 1, reference_name: 'the target', unit: 's', ratio: ours },
    ...{ target: '<= 1 s', holds: ours <= 1 },
  };
}

/** Of the process that asks for many fits, one after another. */
async function memory(): Promise<BenchRow> {
  const small = treesDataset(2_000, 500, 10);
  const used = async (fits: number): Promise<number> => {
    for (let i = 0; i < fits; i++)
      await fitInto(join(folder, 'small'), 'lightgbm', small, libraries, { rounds: 5 });
    return process.memoryUsage.rss() / 2 ** 20;
  };
  const before = await used(FITS.before);
  const after = await used(FITS.after);
  return {
    work: `memory of the process that asks for fits, after ${FITS.after} more`,
    ...{ ours: after, reference: before, reference_name: `after ${FITS.before}`, unit: 'MiB' },
    ...{ ratio: after / before, target: '<= 1.1 x', holds: after / before <= 1.1 },
  };
}
