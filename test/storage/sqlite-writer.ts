import { openDatabase } from '../../storage/sqlite.ts';

// Adds one to a counter, many times, in transactions that read before they write.
const [path, times] = process.argv.slice(2);
const database = await openDatabase(path, [
  'CREATE TABLE counter (value INTEGER) STRICT; INSERT INTO counter VALUES (0)',
]);
for (let n = 0; n < Number(times); n++) {
  await database.write(sql => {
    const { value } = sql.prepare('SELECT value FROM counter').get() as { value: number };
    sql.prepare('UPDATE counter SET value = ?').run(value + 1);
  });
}
database.close();
