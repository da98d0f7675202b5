import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { combinations, type FoldSpec } from '../../contracts/split.ts';
import { type Fold, splitFolds } from '../../datasets/folds.ts';
import type { LabelTimes } from '../../datasets/purge.ts';
import { recipeWith } from '../support/recipes.ts';

/** Rows at ascending bars, with gaps, each decided 1 to 30 bars later. */
const labelTimes: fc.Arbitrary<LabelTimes> = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 3 }), held: fc.integer({ min: 1, max: 30 }) }), {
    minLength: 20,
    maxLength: 150,
  })
  .map(rows => {
    const bar = new Int32Array(rows.length);
    const labelEnd = new Int32Array(rows.length);
    for (const [row, { step, held }] of rows.entries()) {
      bar[row] = (row === 0 ? 3 : bar[row - 1]) + step;
      labelEnd[row] = bar[row] + held;
    }
    return { bar, labelEnd };
  });

const share = fc.integer({ min: 1, max: 9 }).map(tenths => tenths / 10);
const foldSpec: fc.Arbitrary<FoldSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('walk-forward' as const),
    folds: fc.integer({ min: 2, max: 6 }),
    window: fc.constantFrom('expanding' as const, 'rolling' as const),
    initial: share,
    validation: share,
  }),
  fc.integer({ min: 2, max: 6 }).chain(groups =>
    fc.record({
      kind: fc.constant('combinatorial' as const),
      groups: fc.constant(groups),
      testGroups: fc.integer({ min: 1, max: groups - 1 }),
      validation: share,
    }),
  ),
);
const embargo = fc.nat(40);

test('no training row knows a bar of what is evaluated, nor starts within the embargo after it', () => {
  fc.assert(
    fc.property(labelTimes, foldSpec, embargo, (times, spec, embargoBars) => {
      for (const { train, validation, test } of foldsOf(times, spec, embargoBars)) {
        const tested = runsOf(test, times, [train, validation]);
        assertApart(validation, tested, times, embargoBars);
        assertApart(train, [...tested, ...runsOf(validation, times, [train, test])], times, embargoBars);
      }
    }),
    { numRuns: 150 },
  );
});

test('purging drops nothing that a check bar by bar would keep', () => {
  fc.assert(
    fc.property(labelTimes, foldSpec, embargo, (times, spec, embargoBars) => {
      const unpurged = [...foldsOf(withoutOverlap(times), spec, 0)];
      for (const [index, fold] of [...foldsOf(times, spec, embargoBars)].entries()) {
        const { train, validation, test } = unpurged[index];
        assert.deepEqual(fold.test, test);
        const testRuns = runsOf(test, times, [train, validation]);
        assert.deepEqual([...fold.validation], keptByBars(validation, testRuns, times, embargoBars));
        const evaluated = [...testRuns, ...runsOf(fold.validation, times, [train, test])];
        assert.deepEqual([...fold.train], keptByBars(train, evaluated, times, embargoBars));
        const dropped = train.length + validation.length - fold.train.length - fold.validation.length;
        assert.equal(fold.purgedRows, dropped);
      }
    }),
    { numRuns: 150 },
  );
});

test('walk-forward tests every row after the first share once, each on what came before', () => {
  const times = consecutive(100);
  const spec = {
    kind: 'walk-forward',
    folds: 5,
    window: 'expanding',
    initial: 0.5,
    validation: 0.2,
  } as const;
  const folds = [...foldsOf(times, spec, 0)];
  assert.deepEqual(
    folds.flatMap(({ test }) => [...test]),
    range(50, 99),
  );
  assert.deepEqual([...folds[0].train], range(0, 38));
  assert.deepEqual([...folds[0].validation], range(40, 48));
  assert.deepEqual([...folds[4].train], range(0, 70));
  assert.deepEqual([...folds[4].validation], range(72, 88));
  assert.equal(folds[0].purgedRows, 2);
});

test('a rolling window has the first fold’s length in every fold', () => {
  const times = consecutive(100);
  const spec = { kind: 'walk-forward', folds: 5, window: 'rolling', initial: 0.5, validation: 0.2 } as const;
  for (const { train, validation, test } of foldsOf(times, spec, 0)) {
    assert.equal(train[0], test[0] - 50);
    assert.equal(train.length + validation.length, 48);
  }
});

test('combinatorial folds take every choice of groups once, and train on both sides', () => {
  const spec = { kind: 'combinatorial', groups: 5, testGroups: 2, validation: 0.2 } as const;
  const folds = [...foldsOf(consecutive(100), spec, 3)];
  assert.equal(folds.length, combinations(5, 2));
  const chosen = folds.map(({ test }) => [...new Set(test.map(row => Math.floor(row / 20)))].join());
  assert.equal(new Set(chosen).size, 10);
  for (const { test } of folds) assert.equal(test.length, 40);
  const second = folds[chosen.indexOf('1,3')];
  // Validation is the newest fifth of the 60 others: rows 88 to 99, without the three bars of embargo after group 3 ends at
  // bar 79 with a label that ends at bar 80.
  assert.deepEqual([...second.validation], range(88, 99));
  assert.deepEqual([...second.train], [...range(0, 18), ...range(44, 58), ...range(84, 86)]);
});

test('a recipe may ask for folds, and is refused where they make no sense', () => {
  const split = { train: 0.6, validation: 0.2, test: 0.2 };
  const withFolds = (folds: unknown) => recipeWith({ split: { ...split, folds } }).split.folds;
  assert.equal(recipeWith().split.folds, undefined);
  assert.deepEqual(withFolds({ kind: 'walk-forward', folds: 4 }), {
    kind: 'walk-forward',
    folds: 4,
    window: 'expanding',
    initial: 0.5,
    validation: 0.2,
  });
  const refused: [unknown, RegExp][] = [
    [{ kind: 'k-fold' }, /split\.folds\.kind: .*walk-forward/],
    [{ kind: 'walk-forward', folds: 1 }, /split\.folds\.folds: .*>=2/],
    [{ kind: 'combinatorial', groups: 4, testGroups: 4 }, /split\.folds\.testGroups: must be fewer/],
    [{ kind: 'combinatorial', groups: 30, testGroups: 10 }, /split\.folds\.groups: gives more than 500/],
  ];
  for (const [folds, message] of refused)
    assert.throws(() => withFolds(folds), { code: 'RECIPE_INVALID', message });
});

function foldsOf(times: LabelTimes, spec: FoldSpec, embargoBars: number): Generator<Fold> {
  return splitFolds(Int32Array.from(times.bar.keys()), times, spec, embargoBars);
}

/** Labels that end where they start meet nothing but themselves: a split of them purges nothing. */
function withoutOverlap({ bar }: LabelTimes): LabelTimes {
  return { bar, labelEnd: bar };
}

function consecutive(rows: number): LabelTimes {
  return { bar: Int32Array.from(range(0, rows - 1)), labelEnd: Int32Array.from(range(1, rows)) };
}

/** The bars of each run of evaluated rows, from its first t to its latest end; rows of others end a run. */
function runsOf(rows: Int32Array, times: LabelTimes, others: readonly Int32Array[]): number[][] {
  const foreign = new Set(others.flatMap(block => [...block]));
  const runs: number[][] = [];
  let run: number[] = [];
  const close = () => {
    if (run.length > 0) runs.push(range(times.bar[run[0]], Math.max(...run.map(row => times.labelEnd[row]))));
    run = [];
  };
  const mine = new Set(rows);
  for (let row = 0; row < times.bar.length; row++) {
    if (mine.has(row)) run.push(row);
    else if (foreign.has(row)) close();
  }
  close();
  return runs;
}

function keptByBars(
  rows: Int32Array,
  evaluated: readonly number[][],
  times: LabelTimes,
  embargoBars: number,
): number[] {
  const spans = evaluated.map(bars => new Set(bars));
  const after = new Set(evaluated.flatMap(bars => range(bars.at(-1)! + 1, bars.at(-1)! + embargoBars)));
  return [...rows].filter(row => {
    const own = range(times.bar[row], times.labelEnd[row]);
    return !spans.some(span => own.some(bar => span.has(bar))) && !after.has(times.bar[row]);
  });
}

function assertApart(
  rows: Int32Array,
  evaluated: readonly number[][],
  times: LabelTimes,
  embargoBars: number,
): void {
  assert.deepEqual([...rows], keptByBars(rows, evaluated, times, embargoBars));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
