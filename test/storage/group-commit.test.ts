import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import { openDatabase } from '../../storage/sqlite.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const NOTES = 'CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT';

async function open(t: TestContext) {
  const path = join(await temporaryHome(t), 'store.sqlite');
  const database = await openDatabase(path, [NOTES]);
  t.after(() => database.close());
  return database;
}

const add = (text: string) => (sql: DatabaseSync) => {
  sql.prepare('INSERT INTO notes VALUES (?)').run(text);
  return text;
};
const notes = (sql: DatabaseSync) =>
  sql
    .prepare('SELECT text FROM notes ORDER BY rowid')
    .all()
    .map(row => row.text);

test('writes that are asked for at once share a transaction and keep their order', async t => {
  const database = await open(t);
  const other = await openDatabase(database.path, [NOTES]);
  t.after(() => other.close());
  const begins: string[] = [];
  const exec = database.sql.exec.bind(database.sql);
  t.mock.method(database.sql, 'exec', (text: string) => {
    if (text.startsWith('BEGIN')) begins.push(text);
    exec(text);
  });
  const answers = await Promise.all(['a', 'b', 'c'].map(text => database.write(add(text))));
  assert.deepEqual(answers, ['a', 'b', 'c']);
  assert.deepEqual(notes(other.sql), ['a', 'b', 'c']);
  assert.deepEqual(begins, ['BEGIN IMMEDIATE']);
});

test('a write that throws changes nothing and stops none of those beside it', async t => {
  const database = await open(t);
  const fails = (sql: DatabaseSync) => {
    add('lost')(sql);
    throw new Error('no');
  };
  const waits = async (sql: DatabaseSync) => add('lost too')(sql);
  const answers = await Promise.allSettled([
    database.write(add('a')),
    database.write(fails),
    database.write<unknown>(waits),
    database.write(add('b')),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(notes(database.sql), ['a', 'b']);
});

test('a write that the store refuses fails alone, those beside it are written once', async t => {
  const database = await open(t);
  await database.write(add('a'));
  const answers = await Promise.allSettled(['b', 'a', 'c'].map(text => database.write(add(text))));
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(notes(database.sql), ['a', 'b', 'c']);
});

test('a write that finds no room on the disk leaves those beside it written', async t => {
  const database = await open(t);
  database.sql.exec('PRAGMA max_page_count = 6');
  const large = (sql: DatabaseSync) => sql.exec('INSERT INTO notes VALUES (hex(randomblob(100000)))');
  const [small, refused] = await Promise.allSettled([database.write(add('a')), database.write(large)]);
  assert.equal(small.status, 'fulfilled');
  assert.equal((refused as PromiseRejectedResult).reason.code, 'DISK_FULL');
  assert.deepEqual(notes(database.sql), ['a']);
});

test('a write that is asked for while others wait for the disk comes after them', async t => {
  const database = await open(t);
  const [, second] = await Promise.all([
    database.write(add('a')).then(() => database.write(add('c'))),
    new Promise<void>(resolve => setImmediate(resolve)).then(() => database.write(add('b'))),
  ]);
  assert.equal(second, 'b');
  assert.deepEqual(notes(database.sql).toSorted(), ['a', 'b', 'c']);
});
