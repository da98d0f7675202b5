import assert from 'node:assert/strict';
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { openDatabase } from '../../storage/sqlite.ts';
import { runScript } from '../support/child-process.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const FIRST = 'CREATE TABLE notes (text TEXT NOT NULL) STRICT';
const SECOND = "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody'";

const notes = (sql: DatabaseSync) =>
  sql
    .prepare('SELECT * FROM notes')
    .all()
    .map(row => ({ ...row }));

test('a database is WAL, FULL and at the newest schema', async t => {
  const database = await openDatabase(join(await temporaryHome(t), 'deep/store.sqlite'), [FIRST, SECOND]);
  const pragma = (name: string) => Object.values(database.sql.prepare(`PRAGMA ${name}`).get()!)[0];
  assert.deepEqual([pragma('journal_mode'), pragma('synchronous'), pragma('user_version')], ['wal', 2, 2]);
  database.close();
  database.close();
});

test('an older schema is lifted, after a copy of the old one was made', async t => {
  const home = await temporaryHome(t);
  const path = join(home, 'store.sqlite');
  const old = await openDatabase(path, [FIRST]);
  old.sql.exec("INSERT INTO notes VALUES ('kept')");
  old.close();
  const lifted = await openDatabase(path, [FIRST, SECOND]);
  assert.deepEqual(notes(lifted.sql), [{ text: 'kept', author: 'nobody' }]);
  lifted.close();
  assert.deepEqual(await readdir(home), ['store.sqlite', 'store.sqlite.v1.backup']);
  const backup = new DatabaseSync(`${path}.v1.backup`);
  assert.deepEqual(notes(backup), [{ text: 'kept' }]);
  backup.close();
});

test('a migration that fails changes nothing', async t => {
  const path = join(await temporaryHome(t), 'store.sqlite');
  (await openDatabase(path, [FIRST])).close();
  await assert.rejects(openDatabase(path, [FIRST, `${SECOND}; CREATE TABLE notes (x)`]));
  const database = await openDatabase(path, [FIRST]);
  assert.deepEqual(notes(database.sql), []);
  database.close();
});

test('a newer schema than the program’s is refused', async t => {
  const path = join(await temporaryHome(t), 'store.sqlite');
  (await openDatabase(path, [FIRST, SECOND])).close();
  await assert.rejects(openDatabase(path, [FIRST]), {
    code: 'STORE_TOO_NEW',
    details: { path, found: 2, known: 1 },
  });
});

test('a text file, a damaged file and a database of another program are refused as they are', async t => {
  const home = await temporaryHome(t);
  const text = join(home, 'text.sqlite');
  await writeFile(
    text,
    'this is not a database, but it is longer than a header of one hundred bytes would be '.repeat(9),
  );
  const foreign = join(home, 'foreign.sqlite');
  new DatabaseSync(foreign).exec('CREATE TABLE theirs (x)');
  const damaged = join(home, 'damaged.sqlite');
  const database = await openDatabase(damaged, [FIRST]);
  database.sql.exec('INSERT INTO notes VALUES (hex(randomblob(20000)))');
  database.close();
  await truncate(damaged, 5_000);
  for (const path of [text, foreign]) {
    await assert.rejects(openDatabase(path, [FIRST]), { code: 'STORE_UNREADABLE' }, path);
  }
  await assert.rejects(
    async () => {
      const reopened = await openDatabase(damaged, [FIRST]);
      await reopened.read(notes).finally(() => reopened.close());
    },
    { code: 'STORE_UNREADABLE' },
  );
});

test('a folder in place of the file is refused', async t => {
  const path = join(await temporaryHome(t), 'store.sqlite');
  await mkdir(path);
  await assert.rejects(openDatabase(path, [FIRST]), { code: 'PERMISSION_DENIED' });
});

test('work that throws, waits or fills the disk changes nothing', async t => {
  const database = await openDatabase(join(await temporaryHome(t), 'store.sqlite'), [FIRST]);
  t.after(() => database.close());
  const insert = (sql: DatabaseSync) => sql.exec("INSERT INTO notes VALUES ('lost')");
  const fails = (work: (sql: DatabaseSync) => unknown) => database.write(work);
  await assert.rejects(
    fails(sql => {
      insert(sql);
      throw new Error('no');
    }),
    /no/,
  );
  await assert.rejects(
    fails(async sql => insert(sql)),
    { code: 'INTERNAL' },
  );
  database.sql.exec('PRAGMA max_page_count = 4');
  await assert.rejects(
    fails(sql => sql.exec('INSERT INTO notes VALUES (hex(randomblob(100000)))')),
    { code: 'DISK_FULL' },
  );
  assert.deepEqual(notes(database.sql), []);
});

test('an I/O error of a disk that has room is the disk’s failure', async t => {
  const database = await openDatabase(join(await temporaryHome(t), 'store.sqlite'), [FIRST]);
  t.after(() => database.close());
  // SQLITE_IOERR_WRITE, as node:sqlite gives it.
  const failing = () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 778 });
  };
  await assert.rejects(database.write(failing), {
    code: 'DISK_FAILED',
    message: /store\.sqlite: disk I\/O error/,
  });
});

test('a store that stays locked is reported as busy', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ticking = setInterval(() => t.mock.timers.tick(2_000), 1);
  t.after(() => clearInterval(ticking));
  const path = join(await temporaryHome(t), 'store.sqlite');
  const [holder, waiter] = [await openDatabase(path, [FIRST]), await openDatabase(path, [FIRST])];
  holder.sql.exec('BEGIN IMMEDIATE');
  await assert.rejects(
    waiter.write(sql => sql.exec("INSERT INTO notes VALUES ('x')")),
    { code: 'STORE_BUSY' },
  );
  holder.close();
  waiter.close();
});

test('processes that open and write at once lose nothing', async t => {
  const path = join(await temporaryHome(t), 'store.sqlite');
  const script = join(import.meta.dirname, 'sqlite-writer.ts');
  await Promise.all([1, 2, 3].map(() => runScript(script, [path, '40'])));
  const sql = new DatabaseSync(path);
  assert.equal(sql.prepare('SELECT value FROM counter').get()?.value, 120);
  sql.close();
});

test('a stamp stays while nobody writes and changes with a write of this or another connection', async t => {
  const path = join(await temporaryHome(t), 'stamp.sqlite');
  const [one, other] = [await openDatabase(path, [FIRST]), await openDatabase(path, [FIRST])];
  t.after(() => [one, other].map(database => database.close()));
  const before = one.stamp();
  await one.read(sql => sql.prepare('SELECT 1').get());
  assert.equal(one.stamp(), before);
  await one.write(sql => sql.exec('PRAGMA user_version'));
  const afterOwn = one.stamp();
  assert.notEqual(afterOwn, before);
  await other.write(sql => sql.exec('CREATE TABLE written_elsewhere (x INTEGER) STRICT'));
  assert.notEqual(one.stamp(), afterOwn);
});
