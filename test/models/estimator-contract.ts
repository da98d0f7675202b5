import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Dataset } from '../../contracts/dataset.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { answerWidth, TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import { blockRows } from '../../datasets/block-rows.ts';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import type { Estimator, FitInput } from '../../models/estimators/estimator.ts';
import { findEstimator } from '../../models/estimators/index.ts';
import type { ModelContract } from '../../models/onnx/contract.ts';
import { modelFile } from '../../models/onnx/model-file.ts';
import { checkParity } from '../../models/onnx/parity.ts';
import { openSession } from '../../models/onnx/session.ts';
import { killAfterFirstOutput, startScript } from '../support/child-process.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { ABSURD_DATA, contractDataset, FEATURES, librariesOf } from './estimator-contract-data.ts';
import { trainWith } from './fixtures.ts';

/** What the suite must know of an estimator to put it through its tests. */
export interface ContractCase {
  readonly estimator: string;
  /** Parameters of a fit that takes a moment. */
  readonly params: Recipe['train']['params'];
  /** Parameters of one long enough to be ended in its middle. */
  readonly long: Recipe['train']['params'];
  /** Parameters that ask for more rows at once than there are; left out where an estimator takes all rows at once. */
  readonly greedy?: Recipe['train']['params'];
  /** Rows of the small datasets; the long fit is given four times as many. */
  readonly rows?: number;
}

/** What every estimator must hold to, registered as tests. */
export function testEstimator(given: ContractCase): void {
  const { params, long, greedy, rows = 600 } = given;
  const estimator = findEstimator(given.estimator);
  const train = trainWith(params, { estimator: given.estimator });
  const steps = estimator.steps(train);
  const [firstTask] = estimator.tasks;
  const datasetOf = (task: Task) => contractDataset(task, rows, steps);

  for (const task of estimator.tasks) {
    test(`${task}: it learns, and the exported graph answers as it does, a row the same alone and among 34`, async t => {
      const dataset = datasetOf(task);
      const { folder, summary } = await fitted(t, estimator, { task, train, dataset });
      const { rounds, bestRound, bestLoss } = summary;
      assert.ok(bestRound >= 1 && bestRound <= rounds && Number.isFinite(bestLoss));
      await assertSound(estimator, folder, dataset, task, steps);
      await assertLearnt(estimator, folder, dataset, task, steps);
      await assertImportance(estimator, folder, dataset);
    });
  }

  test('the same input gives the same bytes', async t => {
    const input = { task: firstTask, train, dataset: datasetOf(firstTask) };
    const [one, other] = [await fitted(t, estimator, input), await fitted(t, estimator, input)];
    assert.deepEqual(await filesOf(other.folder), await filesOf(one.folder));
    assert.deepEqual(other.summary, one.summary);
  });

  test('told to stop, it stops within a second, and nothing of a model is there', async t => {
    const folder = await temporaryHome(t);
    const stopping = new AbortController();
    let toldAt = 0;
    const tell = (): void => {
      toldAt ||= performance.now();
      stopping.abort();
    };
    const fitting = fitted(t, estimator, {
      ...{ task: firstTask, train: { ...train, params: long }, folder, signal: stopping.signal },
      ...{ dataset: contractDataset(firstTask, 4 * rows, steps), onProgress: tell },
    });
    await assert.rejects(fitting, { code: 'TRAINING_CANCELLED' });
    assert.ok(toldAt > 0 && performance.now() - toldAt < 1_000 * SLACK);
    assert.deepEqual(await readdir(folder), []);
  });

  test('a fit whose signal has aborted does not start', async t => {
    const fitting = fitted(t, estimator, {
      ...{ task: firstTask, train, dataset: datasetOf(firstTask), signal: AbortSignal.abort() },
      onProgress: () => assert.fail('it trained'),
    });
    await assert.rejects(fitting, { code: 'TRAINING_CANCELLED' });
  });

  test('killed in its middle, it leaves no model, and the next attempt gives an undisturbed fit’s bytes', async t => {
    const [folder, workFolder] = [await temporaryHome(t), join(await temporaryHome(t), 'work')];
    const input = { estimator: given.estimator, task: firstTask, params: long, rows: 4 * rows };
    const script = join(import.meta.dirname, 'estimator-contract-process.ts');
    const child = startScript(script, [JSON.stringify({ ...input, folder, workFolder })]);
    await killAfterFirstOutput(child, 5);
    assert.deepEqual(await readdir(folder), []);
    const again = {
      ...{ task: firstTask, train: { ...train, params: long } },
      dataset: contractDataset(firstTask, 4 * rows, steps),
    };
    await fitted(t, estimator, { ...again, folder, workFolder });
    const undisturbed = await fitted(t, estimator, again);
    assert.deepEqual(await filesOf(folder), await filesOf(undisturbed.folder));
  });

  for (const [what, absurd] of Object.entries(ABSURD_DATA)) {
    test(`${what}: a sound model, or an error that says what is wrong`, async t => {
      for (const task of new Set([firstTask, estimator.tasks.at(-1)!])) {
        const dataset = absurd(contractDataset(task, rows, steps), task);
        await soundOrRefused(t, estimator, { task, train, dataset, steps });
      }
    });
  }

  if (greedy) {
    test('more rows at once than there are: a sound model, or an error that says what is wrong', async t => {
      const dataset = datasetOf(firstTask);
      const asked = { ...train, params: { ...params, ...greedy } };
      await soundOrRefused(t, estimator, { task: firstTask, train: asked, dataset, steps });
    });
  }

  test('a graph for other features, classes or steps than were fitted is refused', async t => {
    const dataset = datasetOf(firstTask);
    const { folder } = await fitted(t, estimator, { task: firstTask, train, dataset });
    const contract = contractFor(dataset, firstTask, steps);
    const others: Partial<ModelContract>[] = [
      { featureNames: contract.featureNames.slice(1) },
      { featureNames: contract.featureNames.toReversed() },
      { steps: steps + 1 },
    ];
    for (const other of others) {
      await assert.rejects(estimator.scoreGraph(folder, { ...contract, ...other }), {
        code: 'MODEL_UNSUPPORTED',
      });
    }
  });
}

/** A machine that runs other tests beside may be late. */
const SLACK = 4;

interface Attempt {
  readonly task: Task;
  readonly train: Recipe['train'];
  readonly dataset: Dataset;
}

async function soundOrRefused(
  t: TestContext,
  estimator: Estimator,
  { steps, ...attempt }: Attempt & { steps: number },
): Promise<void> {
  const folder = await temporaryHome(t);
  try {
    await fitted(t, estimator, { ...attempt, folder });
  } catch (error) {
    assert.ok(error instanceof AlphaloomError, `${error}`);
    assert.notEqual(error.code, 'INTERNAL', error.message);
    assert.ok(error.message.length > 20, error.message);
    assert.deepEqual(await readdir(folder), []);
    return;
  }
  await assertSound(estimator, folder, attempt.dataset, attempt.task, steps);
}

/** The exported file answers finite numbers, the estimator's own, whatever batch a row is in. */
async function assertSound(
  estimator: Estimator,
  folder: string,
  dataset: Dataset,
  task: Task,
  steps: number,
): Promise<void> {
  const { windows } = blockRows(dataset, 'test', steps);
  const rows = windows.ends.length;
  const own = await estimator.scores(folder, windows, librariesOf(estimator));
  assert.equal(own.length, rows * answerWidth(task));
  assert.ok(own.every(Number.isFinite));
  const contract = contractFor(dataset, task, steps);
  const head = task === 'return' ? null : noCalibration(contract.classes.length);
  const session = await openSession(modelFile(await estimator.scoreGraph(folder, contract), contract, head));
  try {
    await checkParity(session, head ? calibrate(own, head) : own, windows, estimator.parityTolerance);
    const width = steps * FEATURES;
    const x = new Float32Array(34 * width);
    for (let row = 0; row < 34; row += 1) {
      const end = (windows.ends[row] + 1) * FEATURES;
      x.set(windows.values.subarray(end - width, end), row * width);
    }
    const together = await session.run(x, 34);
    const each = together.length / 34;
    for (const row of [0, 5, 33]) {
      const alone = await session.run(x.slice(row * width, (row + 1) * width), 1);
      assert.deepEqual(alone, together.slice(row * each, (row + 1) * each));
    }
  } finally {
    await session.dispose();
  }
}

/** On rows it never saw: clearly better than the most frequent class, or related to the number. */
async function assertLearnt(
  estimator: Estimator,
  folder: string,
  dataset: Dataset,
  task: Task,
  steps: number,
): Promise<void> {
  const { windows, label, target } = blockRows(dataset, 'test', steps);
  const scores = await estimator.scores(folder, windows, librariesOf(estimator));
  if (target) {
    const correlation = correlationOf(scores, target);
    assert.ok(correlation > 0.5, `correlation ${correlation}`);
    return;
  }
  const classes = answerWidth(task);
  const counts = new Array<number>(classes).fill(0);
  let hits = 0;
  for (const [row, own] of label.entries()) {
    counts[own] += 1;
    const row0 = row * classes;
    const others = scores.subarray(row0, row0 + classes);
    hits += Number(others[own] === Math.max(...others));
  }
  const [accuracy, majority] = [hits / label.length, Math.max(...counts) / label.length];
  assert.ok(accuracy > majority + 0.05, `accuracy ${accuracy}, majority ${majority}`);
}

function correlationOf(a: Float64Array, b: Float32Array): number {
  const mean = (term: (at: number) => number) => a.reduce((sum, _, at) => sum + term(at), 0) / a.length;
  const [meanA, meanB] = [mean(at => a[at]), mean(at => b[at])];
  const product = mean(at => (a[at] - meanA) * (b[at] - meanB));
  return product / Math.sqrt(mean(at => (a[at] - meanA) ** 2) * mean(at => (b[at] - meanB) ** 2));
}

/** Where it knows what features gained it, every feature in order, in shares of one. */
async function assertImportance(estimator: Estimator, folder: string, dataset: Dataset): Promise<void> {
  const importance = await estimator.importance(folder);
  if (importance === null) return;
  assert.deepEqual(
    importance.map(({ feature }) => feature),
    dataset.featureNames,
  );
  assert.ok(importance.every(({ gain, share }) => gain >= 0 && share >= 0));
  const total = importance.reduce((sum, { share }) => sum + share, 0);
  assert.ok(Math.abs(total - 1) < 1e-9, `${total}`);
}

async function fitted(
  t: TestContext,
  estimator: Estimator,
  changes: Attempt & Partial<FitInput>,
): Promise<{ folder: string; input: FitInput; summary: Awaited<ReturnType<Estimator['fit']>> }> {
  const home = await temporaryHome(t);
  const input: FitInput = {
    ...{ classes: TASK_CLASSES[changes.task], libraries: librariesOf(estimator) },
    ...{ folder: changes.folder ?? (await temporaryHome(t)), workFolder: join(home, 'work') },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
    ...changes,
  };
  return { folder: input.folder, input, summary: await estimator.fit(input) };
}

function contractFor(dataset: Dataset, task: Task, steps: number): ModelContract {
  return {
    ...{ featureNames: dataset.featureNames, schemaHash: dataset.schemaHash, steps, task },
    ...{ classes: TASK_CLASSES[task], packageId: 'b'.repeat(64) },
  };
}

async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map(name => readFile(join(folder, name), 'base64')));
  return Object.fromEntries(names.map((name, at) => [name, contents[at]]));
}
