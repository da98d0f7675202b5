import type { MoveKind } from './registry.ts';

/** A move of a champion, in the order of the history. */
export interface Move {
  readonly kind: MoveKind;
  readonly from: number | null;
  readonly to: number;
  /** Epoch ms. */
  readonly at: number;
}

/** Where a series' history has led. */
export interface Lineage {
  readonly champion: number | null;
  /** Where a rollback to the previous champion leads. */
  readonly previous: number | null;
  /** Versions that a rollback led away from. */
  readonly rolledBack: ReadonlySet<number>;
}

/**
 * Folds moves into champion and previous champion. Champions form a stack: a promotion pushes; a rollback pops down to
 * its target where that lies below the champion, else the target takes the champion's place. The place that a rollback
 * came from is gone from the stack, so going back again leads further back.
 */
export function foldLineage(moves: Iterable<Move>): Lineage {
  const stack: number[] = [];
  const rolledBack = new Set<number>();
  for (const { kind, to } of moves) {
    if (kind === 'rollback') {
      const left = stack.pop();
      if (left !== undefined) rolledBack.add(left);
      const depth = stack.lastIndexOf(to);
      if (depth >= 0) stack.length = depth;
    }
    stack.push(to);
  }
  return { champion: stack.at(-1) ?? null, previous: stack.at(-2) ?? null, rolledBack };
}

/** The champion at a time (epoch ms), after all moves of that millisecond. */
export function championAt(moves: readonly Move[], time: number): number | null {
  return moves.findLast(({ at }) => at <= time)?.to ?? null;
}

/** Where the moves are not a single line in time: one sentence each. */
export function breaksOfLine(moves: readonly Move[]): string[] {
  const problems: string[] = [];
  let champion: number | null = null;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [index, { from, to, at }] of moves.entries()) {
    if (from !== champion)
      problems.push(`Move ${index + 1} is from ${name(from)}; the champion was ${name(champion)}.`);
    if (from === to) problems.push(`Move ${index + 1} leads from ${name(from)} to itself.`);
    if (at < latest) problems.push(`Move ${index + 1} is dated before the one before it.`);
    champion = to;
    latest = at;
  }
  return problems;
}

function name(version: number | null): string {
  return version === null ? 'none' : `v${version}`;
}
