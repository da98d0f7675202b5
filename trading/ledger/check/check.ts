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

/** Proves an account's invariants from the rows of what happened, trusting nothing that is kept beside them. */
export function checkAccount(sql: DatabaseSync, account: string): Violation[] {
  const violations: Violation[] = [];
  for (const [invariant, broken] of INVARIANTS) {
    let told = 0;
    for (const detail of broken(sql, account)) {
      violations.push({ invariant, detail });
      if (++told === MOST_PER_INVARIANT) break;
    }
  }
  return violations;
}
