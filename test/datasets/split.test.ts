import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type LabelTimes, purge, spanOf } from '../../datasets/purge.ts';
import { blockOfRows, splitBlocks } from '../../datasets/split.ts';

/** Rows at ascending bars, each decided 1 to 12 bars later. */
const labelTimes = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 3 }), held: fc.integer({ min: 1, max: 12 }) }), {
    minLength: 30,
    maxLength: 120,
  })
  .map(rows => {
    const bar = new Int32Array(rows.length);
    const labelEnd = new Int32Array(rows.length);
    for (const [row, { step, held }] of rows.entries()) {
      bar[row] = (row === 0 ? 5 : bar[row - 1]) + step;
      labelEnd[row] = bar[row] + held;
    }
    return { bar, labelEnd } satisfies LabelTimes;
  });

test('no kept training row shares a bar with an evaluated row, or starts within the embargo after it', () => {
  fc.assert(
    fc.property(labelTimes, fc.nat(), fc.nat(), fc.nat(20), (times, a, b, embargo) => {
      const { training, evaluated } = cutOut(times, a, b);
      const kept = purge(training, times, [spanOf(evaluated, times)], embargo);
      for (const row of kept) {
        for (const judged of evaluated)
          assert.ok(!barsOf(times, row).some(bar => barsOf(times, judged).includes(bar)));
        const after = times.bar[row] - Math.max(...evaluated.map(judged => times.labelEnd[judged]));
        assert.ok(after <= 0 || after > embargo);
      }
    }),
  );
});

test('purging drops exactly the rows that a bar-by-bar check drops', () => {
  fc.assert(
    fc.property(labelTimes, fc.nat(), fc.nat(), fc.nat(20), (times, a, b, embargo) => {
      const { training, evaluated } = cutOut(times, a, b);
      const span = spanOf(evaluated, times);
      const spanBars = range(span.from, span.to);
      const embargoed = range(span.to + 1, span.to + embargo);
      const expected = training.filter(
        row => !barsOf(times, row).some(bar => spanBars.includes(bar)) && !embargoed.includes(times.bar[row]),
      );
      assert.deepEqual(purge(training, times, [span], embargo), expected);
    }),
  );
});

test('several evaluated spans each purge on their own', () => {
  const times = { bar: Int32Array.from(range(0, 19)), labelEnd: Int32Array.from(range(2, 21)) };
  const rows = Int32Array.from(range(0, 19));
  const spans = [
    { from: 4, to: 5 },
    { from: 12, to: 13 },
  ];
  assert.deepEqual([...purge(rows, times, spans, 2)], [0, 1, 8, 9, 16, 17, 18, 19]);
});

test('blocks follow in time, hold labelled rows only, and no label of one reaches into the next', () => {
  const share = fc.integer({ min: 10, max: 40 }).map(percent => percent / 100);
  fc.assert(
    fc.property(labelTimes, share, share, fc.nat(5), (times, validation, testShare, unlabelledRows) => {
      const rows = times.bar.length;
      const label = new Int8Array(rows).fill(1).fill(-1, rows - unlabelledRows);
      const shares = { train: 1 - validation - testShare, validation, test: testShare };
      const blocks = splitBlocks(label, times, shares, 12);
      const last = (block: Int32Array) => Math.max(...block.map(row => times.labelEnd[row]));
      const first = (block: Int32Array) => Math.min(...block.map(row => times.bar[row]));
      assert.ok(last(blocks.train) < first(blocks.validation) || blocks.validation.length === 0);
      assert.ok(last(blocks.train) < first(blocks.test));
      assert.ok(last(blocks.validation) < first(blocks.test));
      for (const block of Object.values(blocks)) for (const row of block) assert.equal(label[row], 1);
    }),
  );
});

test('borders stand at the rounded shares of the labelled rows', () => {
  const times = { bar: Int32Array.from(range(0, 9)), labelEnd: Int32Array.from(range(1, 10)) };
  const label = Int8Array.of(-1, 0, 1, 2, 0, 1, 2, 0, 1, -1);
  const blocks = splitBlocks(label, times, { train: 0.55, validation: 0.2, test: 0.25 }, 3);
  // 8 labelled rows, borders at round(4.4) = 4 and round(6) = 6; each label ends one bar later.
  assert.deepEqual([...blockOfRows(blocks, 10)], [-1, 0, 0, 0, -1, 1, -1, 2, 2, -1]);
});

/** An evaluated run of rows in the middle, the others for training, on both sides. */
function cutOut(times: LabelTimes, a: number, b: number) {
  const rows = times.bar.length;
  const from = a % rows;
  const to = Math.min(rows - 1, from + (b % 15));
  return {
    training: Int32Array.from(range(0, rows - 1).filter(row => row < from || row > to)),
    evaluated: Int32Array.from(range(from, to)),
  };
}

function barsOf(times: LabelTimes, row: number): number[] {
  return range(times.bar[row], times.labelEnd[row]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
