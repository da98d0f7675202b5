import type { DatabaseSync } from 'node:sqlite';
import type { Violation } from '../records.ts';
import { checkCycles } from './cycles.ts';
import { checkDecisions } from './decisions.ts';
import { checkFills } from './fills.ts';
import { checkMoney } from './money.ts';
import { checkOrderFills, checkSendings } from './orders.ts';
import { checkPaper } from './paper.ts';
import { checkExits, checkSlots } from './slots.ts';
import { checkTimeline } from './timeline.ts';
import { checkTold } from './told.ts';

/** What proves each invariant of docs/trading.md, by its number there; each yields what breaks it. */
const INVARIANTS: readonly (readonly [string, (sql: DatabaseSync, account: string) => Iterable<string>])[] = [
  ['1 each order is sent once', checkSendings],
  ['2 one decision per bar', checkDecisions],
  ['3 each fill is booked once', checkFills],
  ['4 money and positions add up', checkMoney],
  ['4 money and positions add up', checkCycles],
  ['4 money and positions add up', checkPaper],
  ['5 no order is over-filled unmarked', checkOrderFills],
  ['6 slots are what is open', checkSlots],
  ['7 one exit per symbol', checkExits],
  ['8 no entry was sent where none was allowed', checkTimeline],
  ['9 every notification has its row', checkTold],
];

/** Of a broken invariant so many findings are told. */
const MOST_PER_INVARIANT = 50;

/**
 * Proves an account's invariants from the rows of what happened, trusting nothing that is kept beside them. All of it is
 * read from one snapshot: a worker may write meanwhile.
 */
export function checkAccount(sql: DatabaseSync, account: string): Violation[] {
  sql.exec('BEGIN');
  try {
    return INVARIANTS.flatMap(([invariant, broken]) =>
      firstOf(broken(sql, account)).map(detail => ({ invariant, detail })),
    );
  } finally {
    sql.exec('COMMIT');
  }
}

function firstOf(findings: Iterable<string>): string[] {
  const first: string[] = [];
  for (const finding of findings) if (first.push(finding) === MOST_PER_INVARIANT) break;
  return first;
}
