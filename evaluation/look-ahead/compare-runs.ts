import { isDeepStrictEqual } from 'node:util';
import type { Intent } from '../../contracts/intents.ts';
import { TASK_CLASSES } from '../../contracts/tasks.ts';
import type { ChainRun } from './chain.ts';
import { CHAIN_PARTS, type ChainPart, type LookAheadFinding } from './report.ts';

type Found = Pick<LookAheadFinding, 'part' | 'name' | 'bar' | 'openTime' | 'known' | 'otherwise' | 'bars'>;
type Difference = Omit<Found, 'openTime' | 'bars' | 'bar'>;

/** Which rows of each part are compared: what a row holds depends on no bar after it. */
export interface ComparedRows {
  readonly fromBar: number;
  /** End of the rows whose features, answers and volatility are compared. */
  readonly answeredTo: number;
  /** End of the rows whose decisions are. */
  readonly decidedTo: number;
}

/** What two runs make differently of the same bars, bit for bit: of each feature and part the last bar, and how many. */
export function compareRuns(known: ChainRun, other: ChainRun, rows: ComparedRows): Found[] {
  const found = new Map<string, Found>();
  const note = (bar: number, difference: Difference) => {
    const key = `${difference.part} ${difference.name}`;
    const bars = (found.get(key)?.bars ?? 0) + 1;
    found.set(key, { ...difference, bar, openTime: known.bars.openTime[bar], bars });
  };
  for (const [name, column] of known.features) {
    const others = other.features.get(name)!;
    for (let bar = 0; bar < rows.answeredTo; bar++)
      if (!Object.is(column[bar], others[bar]))
        note(bar, { part: 'feature', name, known: text(column[bar]), otherwise: text(others[bar]) });
  }
  for (let bar = rows.fromBar; bar < rows.answeredTo; bar++)
    for (const { part, of } of ANSWERS) {
      const [a, b] = [of(known, bar), of(other, bar)];
      if (!Object.is(a, b))
        note(bar, { part, name: part, known: spoken(part, a), otherwise: spoken(part, b) });
    }
  for (let bar = rows.fromBar; bar < rows.decidedTo; bar++) {
    const [a, b] = [known.intents.get(bar), other.intents.get(bar)];
    if (!isDeepStrictEqual(a, b))
      note(bar, { part: 'decision', name: 'decision', known: intentText(a), otherwise: intentText(b) });
  }
  return [...found.values()].sort((a, b) => CHAIN_PARTS.indexOf(a.part) - CHAIN_PARTS.indexOf(b.part));
}

const ANSWERS: readonly { part: ChainPart; of: (run: ChainRun, bar: number) => number }[] = [
  { part: 'direction', of: ({ signals }, bar) => signals.direction[bar] },
  { part: 'probability', of: ({ signals }, bar) => signals.confidence?.[bar] ?? 1 },
  { part: 'volatility', of: ({ signals }, bar) => signals.volatility[bar] },
];

function spoken(part: ChainPart, value: number): string {
  if (part !== 'direction') return text(value);
  return TASK_CLASSES.direction3[value] ?? 'no answer';
}

function text(value: number): string {
  return String(value);
}

function intentText(intents: readonly Intent[] | undefined) {
  if (intents === undefined) return 'not asked';
  return intents.length === 0 ? 'nothing' : JSON.stringify(intents);
}
