import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { EXPORT_KINDS, type ExportFormat, type ExportKind } from '../../../trading/ledger/export.ts';
import {
  ACCOUNT,
  bar,
  type Desk,
  desk,
  fill,
  MINUTE,
  openPosition,
  outcome,
  START,
  sentExit,
} from './fixtures.ts';

async function twoTrades(at: Desk): Promise<void> {
  for (const n of [0, 1]) {
    const of = bar('BTCUSDT', START + n * MINUTE);
    const time = START + n * MINUTE + 1_000;
    await openPosition(
      at,
      {
        time,
        fees: [
          { amount: '0.1', currency: 'USDT' },
          { amount: '0.01', currency: 'BNB' },
        ],
      },
      of,
    );
    const exit = await sentExit(at, {}, of);
    await at.ledger.recordOutcome(
      at.lease,
      outcome(exit, { fills: [fill(exit, { price: '110', time: time + 1 })] }),
    );
  }
}

function exported({ ledger }: Desk, kind: ExportKind, format: ExportFormat, range: object = {}): string {
  const all = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };
  return [...ledger.export({ account: ACCOUNT, kind, format, ...all, ...range })].join('');
}

const COUNTS: Readonly<Record<ExportKind, number>> = {
  trades: 2,
  orders: 4,
  fills: 4,
  decisions: 2,
  events: 22,
};
for (const kind of EXPORT_KINDS) {
  test(`${kind} are the same in JSON and JSON lines, and as many in CSV`, async t => {
    const at = await desk(t);
    await twoTrades(at);
    const json = JSON.parse(exported(at, kind, 'json'));
    const lines = exported(at, kind, 'jsonl').trimEnd().split('\n');
    assert.deepEqual(
      lines.map(line => JSON.parse(line)),
      json,
    );
    assert.equal(json.length, COUNTS[kind]);
    assert.equal(exported(at, kind, 'csv').trimEnd().split('\n').length, json.length + 1);
  });
}

test('a trade’s line has its times, prices, gain and fees', async t => {
  const at = await desk(t);
  await twoTrades(at);
  const [head, line] = exported(at, 'trades', 'csv').split('\n');
  const cells = Object.fromEntries(head.split(',').map((name, n) => [name, line.split(',')[n]]));
  assert.equal(cells.openedTime, new Date(START + 1_000).toISOString());
  assert.equal(cells.entryPrice, '100');
  assert.equal(cells.exitPrice, '110');
  assert.equal(cells.realizedPnl, '10');
  assert.equal(cells.fees, '0.1');
  assert.equal(cells.otherFees, '0.01 BNB');
});

test('a range takes what lies in it, its end excluded', async t => {
  const at = await desk(t);
  await twoTrades(at);
  const first = START + 1_001;
  const count = (fromTime: number, toTime: number) =>
    JSON.parse(exported(at, 'trades', 'json', { fromTime, toTime })).length;
  assert.deepEqual(
    [count(first, first + 1), count(0, first), count(first + 1, first + MINUTE + 1)],
    [1, 0, 1],
  );
});

test('nothing is an empty list, and a CSV without lines', async t => {
  const at = await desk(t);
  assert.equal(exported(at, 'trades', 'json'), '[]\n');
  assert.equal(exported(at, 'trades', 'jsonl'), '');
  assert.equal(exported(at, 'trades', 'csv'), '');
});

test('pages join without a gap or a double where many rows have one time', async t => {
  const at = await desk(t);
  const other = new DatabaseSync(at.path);
  const text = "INSERT INTO events (account, at, kind, actor) VALUES (?, ?, 'noted', 'x')";
  const insert = other.prepare(text);
  other.exec('BEGIN');
  for (let n = 0; n < 1_700; n++) insert.run(ACCOUNT, START + Math.floor(n / 600));
  other.exec('COMMIT');
  other.close();
  const pieces = [
    ...at.ledger.export({
      account: ACCOUNT,
      kind: 'events',
      format: 'jsonl',
      fromTime: START,
      toTime: START + 9,
    }),
  ];
  const ids = pieces
    .join('')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).id);
  assert.equal(new Set(ids).size, 1_700);
  assert.equal(ids.length, 1_700);
  assert.ok(pieces.length >= 4, 'piece by piece');
});

test('a text that a spreadsheet would run is kept from it, and quotes are doubled', async t => {
  const at = await desk(t);
  const operation = {
    message: 'pause',
    account: ACCOUNT,
    operationId: 'x',
    actor: '=HYPERLINK("x")',
    reason: 'a, "b"',
    payload: {},
  } as const;
  await at.ledger.applyMessage(operation, { now: START, policy: null });
  const csv = exported(at, 'events', 'csv');
  assert.ok(csv.includes(`"'=HYPERLINK(""x"")"`));
  assert.ok(csv.includes('"a, ""b"""'));
});
