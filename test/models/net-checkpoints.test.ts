import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { findEstimator } from '../../models/estimators/index.ts';
import { readCheckpoint, writeCheckpoint } from '../../models/nets/training/checkpoints.ts';
import type { FitSnapshot } from '../../models/nets/training/fit-state.ts';
import { exists } from '../../storage/files.ts';
import { startScript } from '../support/child-process.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { delayedCopy, fitNet, KILLED_FIT } from './net-training.ts';

const gru = findEstimator('gru');
const dataset = delayedCopy(400, 2);
const IDENTITY = 'a'.repeat(64);

test('a fit that is killed again and again ends in the same bytes as an undisturbed one', async t => {
  const undisturbed = await fitNet(t, gru, KILLED_FIT, { dataset });
  const folder = await temporaryHome(t);
  const reached: number[] = [];
  // Killed soon after its first epochs, then ever later; where from, the machine decides.
  for (const delayMs of [0, 40, 90, 170]) {
    await killAfterProgress(folder, delayMs);
    assert.deepEqual(await readdir(folder), []);
    reached.push(await newestEpoch(`${folder}.work`));
  }
  assert.deepEqual(
    reached,
    reached.toSorted((a, b) => a - b),
  );
  const after = await fitNet(t, gru, KILLED_FIT, { dataset, folder, workFolder: `${folder}.work` });
  assert.deepEqual(after.summary, undisturbed.summary);
  assert.deepEqual(await files(after.folder), await files(undisturbed.folder));
});

test('a checkpoint after each epoch holds what leads to the same end, wherever it goes on from', async t => {
  const workFolder = await temporaryHome(t);
  const params = { ...KILLED_FIT, epochs: 6, patience: 6 };
  const whole = await fitNet(t, gru, params, { dataset, workFolder });
  const [before, newest] = (await readdir(workFolder)).sort();
  assert.deepEqual([before.slice(0, 12), newest.slice(0, 12)], ['epoch-000005', 'epoch-000006']);
  const same = async () => {
    const again = await fitNet(t, gru, params, { dataset, workFolder });
    assert.deepEqual(await files(again.folder), await files(whole.folder));
  };
  await same();
  for (const damage of [
    (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
    (bytes: Buffer) => bytes.fill(bytes[100] ^ 1, 100, 101),
    () => Buffer.alloc(0),
  ]) {
    await writeFile(join(workFolder, newest), damage(await readFile(join(workFolder, newest))));
    await same();
  }
  for (const name of await readdir(workFolder)) await writeFile(join(workFolder, name), 'damaged');
  await same();
});

test('a checkpoint of another seed, of other rows or of other parameters is not used', async t => {
  const params = { ...KILLED_FIT, epochs: 2, patience: 2 };
  const first = { ...dataset, columns: dataset.columns.map(column => column.with(100, 0.123)) };
  for (const [own, other] of [
    [{ train: { seed: 2 } }, { train: { seed: 1 } }],
    [{ dataset: first }, { dataset }],
    [{ params: { ...params, lr: 0.021 } }, { params }],
  ] as const) {
    const workFolder = await temporaryHome(t);
    const fitted = (change: { params?: object; dataset?: typeof dataset; train?: object }, work?: string) =>
      fitNet(
        t,
        gru,
        { ...params, ...change.params },
        { dataset: change.dataset ?? dataset, ...(work !== undefined && { workFolder: work }) },
        change.train,
      );
    await fitted(other, workFolder);
    const [here, elsewhere] = [await fitted(own, workFolder), await fitted(own)];
    assert.deepEqual(await files(here.folder), await files(elsewhere.folder));
  }
});

test('the newest sound checkpoint of the same training is read; older ones and dead temporary files are removed', async t => {
  const folder = await temporaryHome(t);
  for (const epoch of [1, 2, 3]) await writeCheckpoint(folder, IDENTITY, snapshot(epoch));
  await writeFile(join(folder, 'epoch-000004.x.safetensors.999999999.abc.tmp'), 'half');
  await writeCheckpoint(folder, IDENTITY, snapshot(4));
  assert.equal((await readdir(folder)).length, 2);
  assert.deepEqual(await readCheckpoint(folder, IDENTITY), snapshot(4));
  assert.equal(await readCheckpoint(folder, 'b'.repeat(64)), null);
  assert.equal(await readCheckpoint(join(folder, 'nowhere'), IDENTITY), null);
});

function snapshot(epoch: number): FitSnapshot {
  const last = {
    weight: Float32Array.of(epoch, -0, Number.MIN_VALUE, 1e38),
    'mean/weight': new Float32Array(4),
  };
  return {
    state: {
      ...{ epoch, tried: 7 * epoch, applied: 6 * epoch, halvings: 1 },
      plateau: { rate: 0.1 / 3, bestLoss: null, badEpochs: 2 },
      best: { epoch: 1, loss: 0.1 + 0.2 },
      losses: { training: [1, null], validation: [null, 2] },
    },
    last,
    best: { weight: Float32Array.of(1, 2, 3, 4) },
  };
}

async function killAfterProgress(folder: string, delayMs: number): Promise<void> {
  const child = startScript(join(import.meta.dirname, 'net-fitting-process.ts'), [folder]);
  const closed = new Promise(resolve => child.once('close', resolve));
  await new Promise(resolve => child.stdout!.once('data', resolve));
  await setTimeout(delayMs);
  child.kill('SIGKILL');
  await closed;
}

async function newestEpoch(workFolder: string): Promise<number> {
  const names = (await exists(workFolder)) ? await readdir(workFolder) : [];
  return Math.max(0, ...names.map(name => Number(/^epoch-(\d+)/.exec(name)?.[1] ?? 0)));
}

async function files(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(folder, name), 'latin1')])),
  );
}
