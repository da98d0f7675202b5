import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { BlockName } from '../../../contracts/dataset.ts';
import { LIKELIEST } from '../../../contracts/decision.ts';
import { AlphaloomError } from '../../../contracts/errors.ts';
import type { FitProgress } from '../../../contracts/training.ts';
import { blockRows, rowsOfBlock } from '../../../datasets/block-rows.ts';
import { volatilityPerBar } from '../../../datasets/labels/volatility.ts';
import { copyWindows, type WindowTable } from '../../../features/window.ts';
import type { FitInput, FitSummary } from '../../../models/estimators/estimator.ts';
import { modelFile } from '../../../models/onnx/model-file.ts';
import { checkParity } from '../../../models/onnx/parity.ts';
import { runRows } from '../../../models/onnx/row-chunks.ts';
import { openSession } from '../../../models/onnx/session.ts';
import { quantizeModel } from '../../../models/quantize/quantize-model.ts';
import { playDirections } from '../../../strategy/play-directions.ts';
import { killAfterFirstOutput, startScript } from '../../support/child-process.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { ABSURD_DATA } from '../estimator-contract-data.ts';
import { generator, trainWith } from '../fixtures.ts';
import { COSTS, LABELS, type PlantedMarket } from './planted-market.ts';
import { contractOf, fitInput, fitted, MARKET, ppo, SMALL, STEPS, served } from './ppo-fits.ts';

const { candles, dataset } = MARKET;
const TEST = blockRows(dataset, 'test', STEPS);

/** Enough to see whether anything comes out. */
const SHORT = trainWith({ ...SMALL, iterations: 1 }, { estimator: 'ppo' });

/** An undisturbed fit of the small settings, that many tests look at. */
let root: string;
let undisturbed: FitInput;
let summary: FitSummary;
const progress: FitProgress[] = [];

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'alphaloom-test-'));
  undisturbed = await fitInput(root, MARKET, { onProgress: now => progress.push(now) });
  summary = await ppo.fit(undisturbed);
});

after(() => rm(root, { recursive: true, force: true }));

test('on unseen bars of a market with a planted edge it earns what no random policy does', async t => {
  const answers = await runRows(await served(t, undisturbed.folder), TEST.windows);
  const policy = Array.from({ length: TEST.rows }, (_, row) =>
    likeliest(answers.subarray(3 * row, 3 * row + 3)),
  );
  const random = generator(11);
  const chances = Array.from({ length: 30 }, () => growthOf(policy.map(() => Math.floor(3 * random()))));
  assert.ok(policy.some(direction => direction !== 1));
  assert.ok(growthOf(policy) > 0.5, `log equity grew by ${growthOf(policy)}`);
  assert.ok(growthOf(policy) > 0.5 + Math.max(...chances));
});

test('the feature that holds the edge counts most', async () => {
  const importance = (await ppo.importance(undisturbed.folder))!;
  assert.deepEqual(
    importance.map(({ feature }) => feature),
    dataset.featureNames,
  );
  assert.ok(Math.abs(importance.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
  assert.equal(importance.toSorted((a, b) => b.gain - a.gain)[0].feature, 'roc_8');
});

test('the served model answers as the policy on every row, alone or among others, missing values too', async t => {
  const gaps = holed(MARKET);
  const { folder } = await fitted(t, gaps);
  const session = await served(t, folder);
  const { windows, rows } = blockRows(gaps.dataset, 'test', STEPS);
  const report = await checkParity(
    session,
    softmax(await ppo.scores(folder, windows, {})),
    windows,
    ppo.parityTolerance,
  );
  assert.equal(report.rows, rows);
  const x = new Float32Array(34 * STEPS * 4);
  copyWindows(windows, 0, 34, x);
  const together = await session.run(x, 34);
  for (let row = 0; row < 34; row++) {
    const alone = await session.run(x.slice(row * STEPS * 4, (row + 1) * STEPS * 4), 1);
    assert.deepEqual(alone, together.slice(3 * row, 3 * row + 3));
  }
  const long = await session.run(x.slice(0, STEPS * 4), 1, Float32Array.of(1, 0.02, 0.5, 0.01));
  assert.notDeepEqual(long, together.slice(0, 3));
});

test('the same input gives the same bytes; another seed another policy', async t => {
  const again = await fitted(t);
  const other = await fitted(t, MARKET, { train: trainWith(SMALL, { estimator: 'ppo', seed: 8 }) });
  assert.deepEqual(await files(again.folder), await files(undisturbed.folder));
  assert.notDeepEqual(await files(other.folder), await files(undisturbed.folder));
});

test('a fit that was killed goes on where it stood, and ends in the bytes of an undisturbed one', async t => {
  const home = await temporaryHome(t);
  const child = startScript(join(import.meta.dirname, 'ppo-fitting-process.ts'), [home]);
  await killAfterFirstOutput(child, 5);
  const rounds: number[] = [];
  const input = await fitInput(home, MARKET, { onProgress: ({ round }) => rounds.push(round) });
  await ppo.fit(input);
  assert.ok(!rounds.includes(0), 'it began anew');
  assert.deepEqual(await files(input.folder), await files(undisturbed.folder));
});

test('a checkpoint that is lost, cut or changed starts from the beginning', async () => {
  const [name] = await readdir(undisturbed.workFolder);
  const path = join(undisturbed.workFolder, name);
  const kept = await readFile(path);
  const damages = {
    lost: () => rm(path),
    cut: () => writeFile(path, kept.subarray(0, kept.length >> 1)),
    changed: () => writeFile(path, kept.with(kept.length >> 1, kept[kept.length >> 1] ^ 1)),
  };
  for (const [what, damage] of Object.entries(damages)) {
    await damage();
    const rounds: number[] = [];
    const input = await fitInput(root, MARKET, { onProgress: ({ round }) => rounds.push(round) });
    await ppo.fit(input);
    assert.equal(rounds[0], 0, what);
    assert.deepEqual(await files(input.folder), await files(undisturbed.folder), what);
  }
});

test('progress tells iteration, steps, entropy and the episodes’ return; the best iteration is kept', async () => {
  const { iterations } = JSON.parse(await readFile(join(undisturbed.folder, 'fit.json'), 'utf8'));
  const losses = iterations.map(({ loss }: { loss: number }) => loss);
  assert.deepEqual(summary, {
    rounds: SMALL.iterations,
    bestRound: losses.indexOf(Math.min(...losses)) + 1,
    bestLoss: Math.min(...losses),
  });
  const { round, rounds, step, steps, bestLoss, figures } = progress.at(-1)!;
  assert.deepEqual(
    [round, rounds, step, steps, bestLoss],
    [SMALL.iterations, SMALL.iterations, 0, 24, summary.bestLoss],
  );
  assert.equal(figures!.environment_steps, SMALL.iterations * 8 * 64);
  assert.ok(figures!.entropy! > 0 && figures!.entropy! < Math.log(3));
  assert.ok(Number.isFinite(figures!.mean_episode_return));
  assert.ok(progress.some(now => now.round === 0 && now.step === 4 && now.loss === null));
});

test('training stops when the validation backtest has not got better for as long as patience says', async t => {
  const params = { ...SMALL, iterations: 50, patience: 1, learning_rate: 0.02 };
  const stopped = await fitted(t, MARKET, { train: trainWith(params, { estimator: 'ppo', seed: 7 }) });
  assert.ok(stopped.summary.rounds < 50);
  assert.equal(stopped.summary.rounds, stopped.summary.bestRound + 1);
});

test('cancelling ends the fit between two runs of its net, and leaves nothing but checkpoints', async t => {
  const cancelling = new AbortController();
  let last = 0;
  const input = await fitInput(await temporaryHome(t), MARKET, {
    train: trainWith({ ...SMALL, iterations: 10_000, patience: 10_000 }, { estimator: 'ppo' }),
    signal: cancelling.signal,
    onProgress: ({ round }) => {
      last = round;
      if (round === 1) cancelling.abort();
    },
  });
  await assert.rejects(ppo.fit(input), { code: 'TRAINING_CANCELLED' });
  assert.ok(last < 100, `went on to iteration ${last}`);
  assert.deepEqual(await readdir(input.folder), []);
});

test('nothing from the first validation bar on teaches, and nothing from the test block on is looked at', async t => {
  const once = { train: trainWith({ ...SMALL, iterations: 1 }, { estimator: 'ppo', seed: 7 }) };
  const weights = async (market: PlantedMarket) =>
    await readFile(join((await fitted(t, market, once)).folder, 'policy.safetensors'));
  const validation = rowsOfBlock(dataset, 'validation')[0];
  assert.deepEqual(await weights(poisoned(MARKET, validation)), await weights(MARKET));
  const testing = rowsOfBlock(dataset, 'test')[0];
  const clean = await fitted(t);
  assert.deepEqual(
    await files((await fitted(t, poisoned(MARKET, testing))).folder),
    await files(clean.folder),
  );
});

test('the highest learning rate gives no policy of which a number is not finite', async t => {
  const train = trainWith({ ...SMALL, learning_rate: 1 }, { estimator: 'ppo' });
  const { folder } = await fitted(t, MARKET, { train });
  assert.ok((await runRows(await served(t, folder), TEST.windows)).every(Number.isFinite));
});

test('a market that can’t be learnt from is refused in words', async t => {
  const noValidation = { ...dataset, block: dataset.block.map(block => (block === 1 ? -1 : block)) };
  await assert.rejects(fitted(t, { candles, dataset: noValidation }), {
    code: 'TRAINING_FAILED',
    message: /validation rows/,
  });
  const noTraining = { ...dataset, block: dataset.block.map(block => (block === 0 ? -1 : block)) };
  await assert.rejects(fitted(t, { candles, dataset: noTraining }), {
    code: 'TRAINING_FAILED',
    message: /No training row has 4 rows up to it/,
  });
  const tooShort = {
    ...dataset,
    block: dataset.block.map((block, row) => (row > 2 && block === 0 ? -1 : block)),
  };
  await assert.rejects(fitted(t, { candles, dataset: tooShort }), { code: 'TRAINING_FAILED' });
});

test('features that are constant or all missing give a policy without them', async t => {
  const [roc, , , volume] = dataset.columns;
  const columns = [roc, roc.map(() => 5), roc.map(() => Number.NaN), volume];
  const { folder } = await fitted(t, { candles, dataset: { ...dataset, columns } });
  const importance = (await ppo.importance(folder))!;
  assert.deepEqual([importance[1].gain, importance[2].gain], [0, 0]);
});

test('variants of a policy serve; static ranges are left out, for no row tells those of the account', async t => {
  const train = trainWith({ ...SMALL, iterations: 1, hidden: 64 }, { estimator: 'ppo' });
  const graph = await ppo.scoreGraph((await fitted(t, MARKET, { train })).folder, contractOf());
  const { model, variants } = await quantizeModel({
    model: modelFile(graph, contractOf(), { logWeights: [0, 0, 0], temperature: 1 }),
    calibration: firstWindows('train'),
    validation: firstWindows('validation'),
    decision: LIKELIEST,
    tolerance: { minAgreement: 0.9, maxProbabilityDifference: 0.2, maxLatencyMs: 1_000 },
    monotonicMs: () => performance.now(),
  });
  const names = variants.map(({ variant }) => variant);
  assert.ok(['fp32', 'fp16-weights', 'int8-static'].every(name => names.some(variant => variant === name)));
  for (const { variant, measures, reason } of variants)
    assert.equal(measures === null, variant === 'int8-static', `${variant}: ${reason}`);
  const session = await openSession(model);
  t.after(() => session.dispose());
  assert.deepEqual(session.info.portfolio, ppo.portfolio);
});

for (const [what, absurd] of Object.entries(ABSURD_DATA)) {
  test(`${what}: a policy that answers, or an error that says what is wrong`, async t => {
    const market = { candles, dataset: absurd(dataset, 'direction3') };
    try {
      const { folder } = await fitted(t, market, { train: SHORT });
      const { windows } = blockRows(market.dataset, 'test', STEPS);
      const own = softmax(await ppo.scores(folder, windows, {}));
      await checkParity(await served(t, folder), own, windows, ppo.parityTolerance);
    } catch (error) {
      assert.ok(error instanceof AlphaloomError, `${error}`);
      assert.equal(error.code, 'TRAINING_FAILED', error.message);
    }
  });
}

test('a policy is exported with the inputs it was trained on, and no others', async () => {
  const { portfolio: _portfolio, ...windowOnly } = contractOf();
  for (const contract of [
    windowOnly,
    { ...contractOf(), steps: 5 },
    { ...contractOf(), portfolio: ['side'] },
  ])
    await assert.rejects(ppo.scoreGraph(undisturbed.folder, contract), { code: 'MODEL_UNSUPPORTED' });
});

test('a policy neither calibrates nor decides by thresholds, and says what it wants to know of the account', () => {
  assert.equal(ppo.calibrates, false);
  assert.deepEqual(ppo.portfolio, ['side', 'unrealised_return', 'holding_share', 'trade_drawdown']);
});

function firstWindows(block: BlockName): WindowTable {
  const { windows } = blockRows(dataset, block, STEPS);
  return { ...windows, ends: windows.ends.subarray(0, 100) };
}

/** Growth of log equity on the test block by a direction per row. */
function growthOf(directions: readonly number[]): number {
  const direction = new Int8Array(candles.close.length).fill(-1);
  for (const [row, bar] of TEST.bar.entries()) direction[bar] = directions[row];
  const { equity, initialCash } = playDirections({
    candles,
    volatility: volatilityPerBar(candles, 'atr14'),
    direction,
    fromBar: TEST.bar[0],
    toBar: candles.close.length,
    labels: LABELS,
    costs: COSTS,
    market: 'swap',
  });
  return Math.log(equity[equity.length - 1] / initialCash);
}

function likeliest(probabilities: Float32Array): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

function softmax(scores: Float64Array): Float64Array {
  return scores.map((score, at) => {
    const from = at - (at % 3);
    const total = Math.exp(scores[from]) + Math.exp(scores[from + 1]) + Math.exp(scores[from + 2]);
    return Math.exp(score) / total;
  });
}

/** Every seventh value of the features is missing. */
function holed({ candles, dataset }: PlantedMarket): PlantedMarket {
  const columns = dataset.columns.map((column, f) =>
    column.map((value, row) => ((row + f) % 7 === 0 ? Number.NaN : value)),
  );
  return { candles, dataset: { ...dataset, columns } };
}

/** Other bars, features and labels from a row on. */
function poisoned({ candles, dataset }: PlantedMarket, fromRow: number): PlantedMarket {
  const fromBar = dataset.bar[fromRow];
  const doubled = (values: Float64Array) => values.map((value, bar) => (bar < fromBar ? value : 2 * value));
  const { open, high, low, close } = candles;
  return {
    candles: {
      ...candles,
      open: doubled(open),
      high: doubled(high),
      low: doubled(low),
      close: doubled(close),
    },
    dataset: {
      ...dataset,
      columns: dataset.columns.map(column => column.map((value, row) => (row < fromRow ? value : 77))),
    },
  };
}

async function files(folder: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map(name => readFile(join(folder, name))));
  return Object.fromEntries(names.map((name, at) => [name, contents[at]]));
}
