import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { breaksOfLine, championAt, foldLineage, type Move } from '../../registry/lineage.ts';

type Step = readonly [Move['kind'], number | 'previous'];

/** Plays steps as the registry does: a step that can't be taken, or changes nothing, is no move. */
function play(steps: readonly Step[]): Move[] {
  const moves: Move[] = [];
  for (const [index, [kind, requested]] of steps.entries()) {
    const { champion, previous } = foldLineage(moves);
    const to = requested === 'previous' ? previous : requested;
    if (to === null || to === champion || (kind === 'rollback' && champion === null)) continue;
    moves.push({ kind, from: champion, to, at: Math.floor(index / 2) });
  }
  return moves;
}

const promote = (to: number): Step => ['promote', to];
const back = (to: number | 'previous' = 'previous'): Step => ['rollback', to];

for (const [what, steps, champion, previous, rolledBack] of [
  ['no move', [], null, null, []],
  ['one promotion', [promote(1)], 1, null, []],
  ['a rollback to the previous', [promote(1), promote(2), back()], 1, null, [2]],
  ['two rollbacks', [promote(1), promote(2), promote(3), back(), back()], 1, null, [2, 3]],
  ['a rollback over several', [promote(1), promote(2), promote(3), back(1)], 1, null, [3]],
  ['a rollback to one that never was', [promote(1), promote(2), back(7)], 7, 1, [2]],
  ['a promotion after a rollback', [promote(1), promote(2), back(), promote(3)], 3, 1, [2]],
  ['a version promoted again', [promote(1), promote(2), promote(1)], 1, 2, []],
  ['and rolled back', [promote(1), promote(2), promote(1), back()], 2, 1, [1]],
  ['a rollback to the nearest of two', [promote(1), promote(2), promote(1), promote(3), back(1)], 1, 2, [3]],
] as [string, Step[], number | null, number | null, number[]][]) {
  test(`after ${what}, the champion is ${champion} and the previous ${previous}`, () => {
    const lineage = foldLineage(play(steps));
    assert.deepEqual([lineage.champion, lineage.previous], [champion, previous]);
    assert.deepEqual([...lineage.rolledBack].sort(), rolledBack);
  });
}

const step = fc.tuple(
  fc.constantFrom<Move['kind']>('promote', 'rollback'),
  fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant('previous' as const)),
);

test('any sequence of steps is a single line, and its champion is where it leads', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const moves = play(steps);
      assert.deepEqual(breaksOfLine(moves), []);
      const { champion, previous } = foldLineage(moves);
      assert.equal(champion, moves.at(-1)?.to ?? null);
      assert.ok(champion === null || champion !== previous);
      assert.equal(championAt(moves, 1e9), champion);
    }),
  );
});

test('rollbacks to the previous end: each leads to a champion of earlier, one step less remains', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), steps => {
      const moves = play(steps);
      const wereChampion = new Set(moves.map(({ to }) => to));
      const promotions = moves.filter(({ kind }) => kind === 'promote').length;
      let steppedBack = 0;
      for (;;) {
        const { champion, previous } = foldLineage(moves);
        if (previous === null) break;
        moves.push({ kind: 'rollback', from: champion, to: previous, at: 1e6 });
        assert.ok(wereChampion.has(previous));
        assert.ok(foldLineage(moves).rolledBack.has(champion!));
        assert.ok(++steppedBack < promotions);
      }
    }),
  );
});

test('the champion at a time is that of the moves until then', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: -1, max: 20 }), (steps, time) => {
      const moves = play(steps);
      const until = moves.filter(({ at }) => at <= time);
      assert.equal(championAt(moves, time), foldLineage(until).champion);
    }),
  );
});

test('breaks in a line are named', () => {
  const moves: Move[] = [
    { kind: 'promote', from: null, to: 1, at: 5 },
    { kind: 'promote', from: 2, to: 3, at: 6 },
    { kind: 'promote', from: 3, to: 3, at: 4 },
  ];
  assert.deepEqual(breaksOfLine(moves), [
    'Move 2 is from v2; the champion was v1.',
    'Move 3 leads from v3 to itself.',
    'Move 3 is dated before the one before it.',
  ]);
});
