import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { withDuckDb } from '../../candles/duckdb.ts';
import { readBooks } from '../../candles/ticks/book-file.ts';
import { readTrades } from '../../candles/ticks/trade-file.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { sharedData, withoutShared } from '../support/shared.ts';
import { temporaryFolder } from './fixtures.ts';

const T = Date.UTC(2024, 0, 1);
const LEVELS = Array.from({ length: 20 }, (_, level) => level + 1);
const BOOK_COLUMNS = LEVELS.flatMap(level => [
  `bid${level}_px`,
  `bid${level}_qty`,
  `ask${level}_px`,
  `ask${level}_qty`,
]);

function csv(t: test.TestContext, ...lines: readonly string[]): string {
  const path = join(temporaryFolder(t), 'ticks.csv');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function parquet(t: test.TestContext, select: string): Promise<string> {
  const path = join(temporaryFolder(t), 'ticks.parquet');
  await withDuckDb(connection => connection.run(`copy (${select}) to '${path}' (format parquet)`));
  return path;
}

/** Whether an error is TICKS_INVALID by that rule, at that row. */
function refusal(rule: string, row: number | null) {
  return (error: unknown) => {
    assert.ok(error instanceof AlphaloomError);
    assert.deepEqual([error.code, error.details.rule, error.details.row], ['TICKS_INVALID', rule, row]);
    return true;
  };
}

/** A book's line: prices around 100, 1 base unit on each bid level and 2 on each ask; `changes` by column. */
function bookLine(time: number, changes: Record<string, string | number> = {}): string {
  const cells = BOOK_COLUMNS.map(name => {
    const level = Number(/\d+/.exec(name));
    const price = name.startsWith('bid') ? 100 - level : 100 + level;
    return changes[name] ?? (name.endsWith('px') ? price : name.startsWith('bid') ? 1 : 2);
  });
  return [time, ...cells].join(',');
}

test('trades come from CSV and Parquet, in milliseconds or microseconds, whatever other columns there are', async t => {
  const expected = { time: [T, T + 500.25], price: [10, 11], quantity: [0.5, 1.5] };
  const files = [
    csv(t, 'event_us,side,price,qty', `${T}000,buy,10,0.5`, `${T + 500}250,sell,11,1.5`),
    await parquet(
      t,
      `select * from (values (${T}.0, 'x', 10, 0.5), (${T + 500}.25, 'y', 11, 1.5)) v(event_ms, note, price, size)`,
    ),
  ];
  for (const file of files) {
    const { time, price, quantity, id } = await readTrades([file]);
    assert.deepEqual({ time: [...time], price: [...price], quantity: [...quantity] }, expected, file);
    assert.equal(id, null);
  }
});

test('the venue’s clock is used, never the receiver’s', async t => {
  const both = csv(t, 'recv_ns,event_ms,trade_ms,price,qty', `${T - 1_270}000000,${T},${T - 1},10,1`);
  assert.equal((await readTrades([both])).time[0], T);
  const without = csv(t, 'recv_ns,price,qty', `${T}000000,10,1`);
  await assert.rejects(readTrades([without]), { code: 'TICKS_INVALID', message: /receiver/ });
});

test('several files are one recording', async t => {
  const [a, b] = [
    csv(t, 'event_ms,price,qty,trade_id', `${T},10,1,1`, `${T},10,1,2`),
    csv(t, 'event_ms,price,qty,trade_id', `${T + 1},10,1,3`),
  ];
  assert.deepEqual([...(await readTrades([a, b])).id!], [1, 2, 3]);
  await assert.rejects(readTrades([a, b, a]), refusal('no-duplicates', null));
});

const HEAD = 'event_ms,price,qty';
for (const [what, lines, row, rule] of [
  ['a price of 0', [HEAD, `${T},10,1`, `${T},0,1`], 2, 'price'],
  ['a negative price', [HEAD, `${T},-1,1`], 1, 'price'],
  ['a price NaN', [HEAD, `${T},nan,1`], 1, 'price'],
  ['a price inf', [HEAD, `${T},inf,1`], 1, 'price'],
  ['a price of words', [HEAD, `${T},ten,1`], 1, 'price'],
  ['an empty price', [HEAD, `${T},,1`], 1, 'price'],
  ['a quantity of 0', [HEAD, `${T},1,0`], 1, 'quantity'],
  ['an endless quantity', [HEAD, `${T},1,1e999`], 1, 'quantity'],
  ['seconds', [HEAD, `${T / 1_000},1,1`], 1, 'time'],
  ['nanoseconds', [HEAD, `${T}000000,1,1`], 1, 'time'],
  ['an empty time', [HEAD, `${T},1,1`, ',1,1'], 2, 'time'],
  ['no price column', ['event_ms,qty', `${T},1`], null, 'columns'],
  ['no rows', [HEAD], null, 'not-empty'],
] as const) {
  test(`trades with ${what} are refused by the rule ${rule}`, async t => {
    await assert.rejects(readTrades([csv(t, ...lines)]), refusal(rule, row));
  });
}

test('files that are not what their name says, or not there, are refused', async t => {
  const folder = temporaryFolder(t);
  const write = (name: string, content: string | Buffer) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const sound = `${HEAD}\n${T},10,1\n`;
  for (const path of [
    write('csv.parquet', sound),
    write('trades.txt', sound),
    write('magic.csv', 'PAR1 and more'),
    write('cut.parquet', 'PAR1PAR1'),
    write('empty.csv', ''),
    write('noise.csv', Buffer.from([0xff, 0x00, 0x9c, 0x22, 0x0a, 0x01])),
    folder,
  ])
    await assert.rejects(readTrades([path]), { code: 'TICKS_INVALID' }, path);
  await assert.rejects(readTrades([join(folder, 'none.csv')]), { code: 'FILE_NOT_FOUND' });
});

test('a Parquet column that is no number is refused by its type', async t => {
  const file = await parquet(t, `select ${T} as event_ms, [1.0] as price, 1.0 as qty`);
  await assert.rejects(readTrades([file]), refusal('column-type', null));
});

test('depth is the sum of the top 20 levels; empty levels of a thin book are none, deeper ones not counted', async t => {
  const head = `ts,${BOOK_COLUMNS.join(',')},bid21_qty`;
  const thin = { bid19_px: '', bid19_qty: '', bid20_px: '', bid20_qty: '' };
  const file = csv(t, head, `${bookLine(T)},50`, `${bookLine(T + 1_000, thin)},`);
  const { time, bidDepth, askDepth } = await readBooks([file]);
  assert.deepEqual([...time], [T, T + 1_000]);
  assert.deepEqual([...bidDepth], [20, 18]);
  assert.deepEqual([...askDepth], [40, 40]);
});

for (const [what, changes, rule] of [
  ['a negative quantity', { ask7_qty: -1 }, 'quantity'],
  ['an endless quantity', { bid3_qty: 'inf' }, 'quantity'],
  ['a bid above the ask', { bid1_px: 102 }, 'prices'],
  ['no best bid', { bid1_px: '' }, 'prices'],
] as const) {
  test(`a book with ${what} is refused with its row`, async t => {
    const file = csv(t, `ts,${BOOK_COLUMNS.join(',')}`, bookLine(T), bookLine(T + 1, changes));
    await assert.rejects(readBooks([file]), refusal(rule, 2));
  });
}

test('a book of ten levels is refused', async t => {
  const file = csv(
    t,
    `ts,${BOOK_COLUMNS.slice(0, 40).join(',')}`,
    bookLine(T).split(',').slice(0, 41).join(','),
  );
  await assert.rejects(readBooks([file]), { code: 'TICKS_INVALID', message: /bid11_qty/ });
});

test('recorded files of two venues are read', { skip: withoutShared }, async () => {
  const binance = join(sharedData, 'ticks/binance-spot-BTCUSDT');
  assert.equal((await readTrades([join(binance, 'spot_BTCUSDT_trades.parquet')])).time.length, 19_904);
  assert.equal((await readBooks([join(binance, 'spot_BTCUSDT_book20_1s.parquet')])).time.length, 650);
  const coinbase = join(sharedData, 'ticks/coinbase-BTCUSD/coinbase_BTC-USD_trades_2023-09-05.parquet');
  const { time } = await readTrades([coinbase]);
  assert.equal(time.length, 5_882);
  assert.equal(time[0], 1_693_929_601_281.719);
});
