import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { canonicalJson } from '../../artifacts/canonical-json.ts';
import { filesHash, sha256 } from '../../artifacts/input-hash.ts';
import { createArtifactStore } from '../../artifacts/store.ts';
import type { Json } from '../../contracts/artifact.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { mustNotRun, writes } from './fixtures.ts';

const CONTENTS = { 'model.onnx': 'a model of many bytes', 'card.md': '# card' };

async function savedArtifact(t: TestContext) {
  const home = await temporaryHome(t);
  const store = createArtifactStore(home);
  const { artifact } = await store.save('package', { a: 1 }, writes(CONTENTS, { rounds: 7 }));
  const folder = join(home, 'artifacts/package', artifact.inputHash);
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o644);
  return { home, store, artifact, folder };
}

async function flipByte(path: string, offset: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[offset] ^= 1;
  await writeFile(path, bytes);
}

/** Changes the record and gives it a checksum that fits, as somebody who knows the store would. */
async function forgeRecord(
  folder: string,
  change: (record: { files: { name: string }[] } & Record<string, Json>) => void,
) {
  const path = join(folder, 'artifact.json');
  const { checksum: _, ...record } = JSON.parse(await readFile(path, 'utf8'));
  change(record);
  record.sha256 = filesHash(record.files);
  await writeFile(path, JSON.stringify({ ...record, checksum: sha256(canonicalJson(record)) }));
}

const ATTACKS: Record<string, { file: string; attack: (folder: string, home: string) => Promise<unknown> }> =
  {
    'a flipped byte': { file: 'model.onnx', attack: folder => flipByte(join(folder, 'model.onnx'), 5) },
    'a truncated file': { file: 'model.onnx', attack: folder => truncate(join(folder, 'model.onnx'), 4) },
    'a missing file': { file: 'card.md', attack: folder => rm(join(folder, 'card.md')) },
    'an extra file': { file: 'extra.bin', attack: folder => writeFile(join(folder, 'extra.bin'), 'x') },
    'an extra folder': { file: 'extra', attack: folder => mkdir(join(folder, 'extra')) },
    'a link out of the folder': {
      file: 'model.onnx',
      attack: async (folder, home) => {
        await rename(join(folder, 'model.onnx'), join(home, 'elsewhere'));
        await symlink(join(home, 'elsewhere'), join(folder, 'model.onnx'));
      },
    },
    'a folder that is a link': {
      file: '',
      attack: async (folder, home) => {
        await rename(folder, join(home, 'elsewhere'));
        await symlink(join(home, 'elsewhere'), folder);
      },
    },
    'a missing record': { file: 'artifact.json', attack: folder => rm(join(folder, 'artifact.json')) },
    'a record that is no JSON': {
      file: 'artifact.json',
      attack: folder => writeFile(join(folder, 'artifact.json'), '{'),
    },
    'a record of another shape': {
      file: 'artifact.json',
      attack: folder => writeFile(join(folder, 'artifact.json'), '{"format":1,"files":"all"}'),
    },
    'a record nested without end': {
      file: 'artifact.json',
      attack: folder => {
        const inputs = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
        return writeFile(join(folder, 'artifact.json'), `{"format":1,"inputs":${inputs}}`);
      },
    },
    'a record of terabytes': {
      file: 'artifact.json',
      attack: folder => truncate(join(folder, 'artifact.json'), 2 ** 40),
    },
    'a result that was edited': {
      file: 'artifact.json',
      attack: async folder => {
        const text = await readFile(join(folder, 'artifact.json'), 'utf8');
        await writeFile(join(folder, 'artifact.json'), text.replace('"rounds": 7', '"rounds": 9'));
      },
    },
    'inputs that were edited': {
      file: 'artifact.json',
      attack: folder => forgeRecord(folder, record => Object.assign(record, { inputs: { a: 2 } })),
    },
    'a name that leads upwards': {
      file: 'artifact.json',
      attack: folder =>
        forgeRecord(folder, record => {
          record.files[0].name = '../../../elsewhere';
        }),
    },
    'a name twice': {
      file: 'artifact.json',
      attack: folder => forgeRecord(folder, record => record.files.push(record.files[0])),
    },
    'other bytes than the reference names': {
      file: 'artifact.json',
      attack: async folder => {
        await rm(join(folder, 'card.md'));
        await forgeRecord(folder, record => Object.assign(record, { files: record.files.slice(1) }));
      },
    },
  };

for (const [what, { file, attack }] of Object.entries(ATTACKS)) {
  test(`${what} is refused by name, then set aside and made anew`, async t => {
    const { home, store, artifact, folder } = await savedArtifact(t);
    await attack(folder, home);
    await assert.rejects(store.load(artifact), error => {
      assert.equal((error as { code: string }).code, 'ARTIFACT_CORRUPT');
      assert.ok((error as Error).message.includes(file), (error as Error).message);
      return true;
    });
    if (what === 'other bytes than the reference names') return;
    assert.equal(await store.find('package', { a: 1 }), null);
    const again = await store.save('package', { a: 1 }, writes(CONTENTS, { rounds: 7 }));
    assert.deepEqual(again, { artifact, cached: false, result: { rounds: 7 } });
    assert.deepEqual((await readdir(join(home, 'artifacts/package'))).sort(), [
      artifact.inputHash,
      `${artifact.inputHash}.corrupt-1`,
    ]);
    await store.load(artifact);
  });
}

test('a second damage is set aside beside the first', async t => {
  const { home, store, artifact, folder } = await savedArtifact(t);
  for (let n = 0; n < 2; n++) {
    await rm(join(folder, 'card.md'));
    await store.save('package', { a: 1 }, writes(CONTENTS));
  }
  const names = await readdir(join(home, 'artifacts/package'));
  assert.deepEqual(names.map(name => name.replace(artifact.inputHash, '')).sort(), [
    '',
    '.corrupt-1',
    '.corrupt-2',
  ]);
});

test('writers that find a damaged artifact one after the other keep the one that was made anew', async t => {
  const { home, store, artifact, folder } = await savedArtifact(t);
  // So large that later writers still read it when the first one has replaced it.
  await writeFile(join(folder, 'model.onnx'), Buffer.alloc(40_000_000));
  await forgeRecord(folder, record => {
    Object.assign(record.files[1], { bytes: 40_000_000, sha256: '0'.repeat(64) });
  });
  await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      await new Promise(resolve => setTimeout(resolve, 12 * index));
      await createArtifactStore(home).save('package', { a: 1 }, writes(CONTENTS));
    }),
  );
  await store.load(artifact);
  assert.equal((await readdir(join(home, 'artifacts/package'))).length, 2);
});

test('an artifact of a newer Alphaloom is refused and left alone', async t => {
  const { store, artifact, folder } = await savedArtifact(t);
  await writeFile(join(folder, 'artifact.json'), '{"format":2}');
  await assert.rejects(store.load(artifact), { code: 'STORE_TOO_NEW' });
  await assert.rejects(store.save('package', { a: 1 }, mustNotRun), { code: 'STORE_TOO_NEW' });
  assert.equal(await store.gc([], 0, Date.now() + 1_000), 0);
});

test('a reference that leads elsewhere finds nothing', async t => {
  const { store, artifact } = await savedArtifact(t);
  for (const ref of [
    { ...artifact, inputHash: '../../secret' },
    { ...artifact, inputHash: 'f'.repeat(64) },
    { ...artifact, step: '../models' as 'fit' },
    { ...artifact, step: 'fit' as const },
  ]) {
    await assert.rejects(store.load(ref), { code: 'ARTIFACT_NOT_FOUND' });
  }
});
