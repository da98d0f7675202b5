import assert from 'node:assert/strict';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { registryContract } from './contract.ts';
import { move, registerVersions, SERIES } from './fixtures.ts';

const now = () => 50_000;

registryContract('sqlite', async (t, clock) => {
  const registry = await openSqliteRegistry(join(await temporaryHome(t), 'registry.sqlite'), { now: clock });
  t.after(() => registry.close());
  return registry;
});

/** A registry of three versions, promoted one after the other, and its file opened beside it. */
async function registryAndFile(t: TestContext) {
  const path = join(await temporaryHome(t), 'registry.sqlite');
  const registry = await openSqliteRegistry(path, { now });
  await registerVersions(registry, 3);
  for (const to of [1, 2, 3]) await registry.moveChampion(move('promote', to));
  const sql = new DatabaseSync(path);
  t.after(() => {
    sql.close();
    registry.close();
  });
  return { path, registry, sql };
}

test('what is written is there for the next process', async t => {
  const { path, registry } = await registryAndFile(t);
  const other = await openSqliteRegistry(path, { now });
  assert.deepEqual(await other.events(SERIES), await registry.events(SERIES));
  assert.equal((await other.champion(SERIES))?.version, 3);
  other.close();
});

const EVENT = '(series, version, from_version, at, actor, kind, operation_id, detail)';
for (const [what, statement] of [
  ['changing an event', "UPDATE events SET actor = 'me'"],
  ['removing an event', 'DELETE FROM events WHERE id = 4'],
  ['replacing an event', `REPLACE INTO events SELECT * FROM events WHERE id = 4`],
  [
    'replacing an operation',
    `REPLACE INTO events ${EVENT} SELECT series, version, NULL, at, actor, 'trial', operation_id, detail FROM events WHERE id = 4`,
  ],
  [
    'an event in the past',
    `INSERT INTO events ${EVENT} VALUES ('${SERIES}', 1, NULL, 1, 'me', 'trial', 'x', '{}')`,
  ],
  [
    'a move from another champion',
    `INSERT INTO events ${EVENT} VALUES ('${SERIES}', 1, 2, 60000, 'me', 'promote', 'x', '{}')`,
  ],
  [
    'a move from nowhere',
    `INSERT INTO events ${EVENT} VALUES ('${SERIES}', 1, NULL, 60000, 'me', 'promote', 'x', '{}')`,
  ],
  [
    'a move to itself',
    `INSERT INTO events ${EVENT} VALUES ('${SERIES}', 3, 3, 60000, 'me', 'rollback', 'x', '{}')`,
  ],
  [
    'a detail that is no JSON',
    `INSERT INTO events ${EVENT} VALUES ('${SERIES}', 1, NULL, 60000, 'me', 'trial', 'x', '{')`,
  ],
  [
    'an event of no version',
    `INSERT INTO events ${EVENT} VALUES ('${SERIES}', 9, NULL, 60000, 'me', 'trial', 'x', '{}')`,
  ],
  ['changing a version', 'UPDATE versions SET eligible = 0'],
  ['removing a version', 'DELETE FROM versions WHERE version = 3'],
  ['replacing a version', 'REPLACE INTO versions SELECT * FROM versions WHERE version = 3'],
] as const) {
  test(`the database itself refuses ${what}`, async t => {
    const { registry, sql } = await registryAndFile(t);
    const before = await registry.events(SERIES);
    assert.throws(() => sql.exec(statement), { code: 'ERR_SQLITE_ERROR' });
    assert.deepEqual(await registry.events(SERIES), before);
    assert.deepEqual((await registry.check(SERIES)).problems, []);
  });
}

for (const [what, statement, problem] of [
  [
    'a removed move',
    "DELETE FROM events WHERE kind = 'promote' AND version = 2",
    /from v2; the champion was v1/,
  ],
  ['a removed version', 'DELETE FROM versions WHERE version = 2', /Version 2 is missing/],
  ['a changed move', "UPDATE events SET version = 1 WHERE kind = 'promote' AND version = 3", /contradicts/],
  ['a changed time', 'UPDATE events SET at = 1 WHERE id = 5', /dated before/],
  [
    'a removed registration',
    "DELETE FROM events WHERE kind = 'registered' AND version = 1",
    /v1 is registered 0 times/,
  ],
] as const) {
  test(`a check finds ${what}, where somebody took the guards away`, async t => {
    const { registry, sql } = await registryAndFile(t);
    sql.exec('PRAGMA foreign_keys = OFF');
    for (const { name } of sql.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()) {
      sql.exec(`DROP TRIGGER ${name}`);
    }
    sql.exec(statement);
    assert.match((await registry.check(SERIES)).problems.join('\n'), problem);
  });
}

test('a text file, half a file and a file of a newer Alphaloom are refused and left as they are', async t => {
  const { path, sql } = await registryAndFile(t);
  const home = await temporaryHome(t);
  const text = join(home, 'registry.sqlite');
  await writeFile(text, 'champion = v7\n'.repeat(100));
  await assert.rejects(openSqliteRegistry(text, { now }), { code: 'STORE_UNREADABLE' });
  const half = join(home, 'half.sqlite');
  sql.prepare('VACUUM INTO ?').run(half);
  await truncate(half, 9_000);
  await assert.rejects(
    async () => {
      const registry = await openSqliteRegistry(half, { now });
      await registry.events(SERIES).finally(() => registry.close());
    },
    { code: 'STORE_UNREADABLE' },
  );
  sql.exec('PRAGMA user_version = 1000');
  await assert.rejects(openSqliteRegistry(path, { now }), { code: 'STORE_TOO_NEW' });
  assert.ok((await readdir(home)).includes('registry.sqlite'));
});
