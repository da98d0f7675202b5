import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { examineVersion } from '../../activities/examine-version.ts';
import type { Rooms } from '../../activities/rooms.ts';
import type { VersionRecord } from '../../registry/registry.ts';
import { BARS, BTC, openServing, type Serving } from '../inference/fixtures.ts';

/** What is wrong with a version that is asked about the golden bars, each prediction taking `ms`. */
async function faultOf({ artifacts }: Serving, version: VersionRecord, ms = 0.1, bars = BARS) {
  let time = 0;
  const clock = { now: () => 0, monotonicMs: () => (time += ms) };
  const rooms = { artifacts, clock } as unknown as Rooms;
  const { fault, model, latencyMs } = await examineVersion(rooms, BTC, version, bars);
  await model?.session.dispose();
  return { kind: fault?.kind ?? null, code: fault?.code ?? null, latencyMs };
}

test('a sound version has no fault, and its time is told', async t => {
  const serving = await openServing(t);
  const { kind, latencyMs } = await faultOf(serving, await serving.add());
  assert.equal(kind, null);
  assert.ok(Math.abs(latencyMs! - 0.1) < 1e-9);
});

test('answers that are no probabilities, other formulas, files of two models and slowness are faults of the version', async t => {
  const serving = await openServing(t);
  const cases = [
    [await serving.add({ isSenseless: true }), 'answers', 'PREDICTION_INVALID'],
    [await serving.add({ schemaHash: 'e'.repeat(64) }), 'schema', 'SCHEMA_MISMATCH'],
    [await serving.add({ packageIdInModel: 'another' }), 'load', 'MODEL_INVALID'],
  ] as const;
  for (const [version, kind, code] of cases) {
    const found = await faultOf(serving, version);
    assert.deepEqual([found.kind, found.code], [kind, code]);
  }
  const slow = await faultOf(serving, await serving.add(), 1_000);
  assert.deepEqual([slow.kind, slow.latencyMs], ['latency', 1_000]);
});

test('bars that serving would not ask about are no fault of a version that can’t answer for them', async t => {
  const serving = await openServing(t);
  const version = await serving.add({ isFragile: true });
  assert.equal((await faultOf(serving, version)).kind, null);
  // A ratio to the mean of twenty bars without volume is not known.
  const quiet = {
    ...BARS,
    volume: BARS.volume.map((volume, bar) => (bar < BARS.volume.length - 30 ? volume : 0)),
  };
  assert.equal((await faultOf(serving, version, 0.1, quiet)).kind, null);
});

test('a damaged byte is a fault until it is mended', async t => {
  const serving = await openServing(t);
  const version = await serving.add();
  const path = join(serving.folderOf(version), 'model.onnx');
  const flip = async () => {
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await chmod(path, 0o644);
    await writeFile(path, bytes);
  };
  await flip();
  const { kind, code } = await faultOf(serving, version);
  assert.deepEqual([kind, code], ['load', 'ARTIFACT_CORRUPT']);
  await flip();
  assert.equal((await faultOf(serving, version)).kind, null);
});
