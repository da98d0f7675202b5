import type { Desk } from '../desk.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { AccountRecord, LedgerEvent } from '../ledger/records.ts';
import type { Blocked } from './flatten-symbol.ts';

/** What is over sooner is no news. */
const FIRST_ALARM_MS = 15_000;
const ALARM_EVERY_MS = 300_000;
const FLATTEN_BLOCKED = 'flatten-blocked';

/** What a flattening that goes on waits for, and what was told of that; it stands in the ledger, for whoever goes on with it. */
export interface FlattenNote {
  readonly blocked: string | null;
  readonly alarms: number;
  /** Epoch ms. */
  readonly nextAlarm: number;
}

/** As it stands: of a flattening that has just begun, nothing yet. */
export function lastNote({ ledger, account, now }: Desk): FlattenNote {
  const noted = blockedEvent(ledger, ledger.account(account));
  return { blocked: null, alarms: 0, nextAlarm: now() + FIRST_ALARM_MS, ...(noted?.detail as object) };
}

/**
 * Writes down what keeps a flattening from being done where that is another than before; alarms once it has lasted, then
 * every five minutes, and of what only somebody else can mend as soon as it was found twice.
 */
export async function noteBlocked(
  { ledger, account, now }: Desk,
  noted: FlattenNote,
  { why, needsOperator }: Blocked,
): Promise<FlattenNote> {
  const isFoundTwice = needsOperator && noted.alarms === 0 && noted.blocked === why;
  const isAlarm = isFoundTwice || now() >= noted.nextAlarm;
  if (!isAlarm && noted.blocked === why) return noted;
  const next: FlattenNote = isAlarm
    ? { blocked: why, alarms: noted.alarms + 1, nextAlarm: now() + ALARM_EVERY_MS }
    : { ...noted, blocked: why };
  if (isAlarm) {
    await ledger.notify({
      event: 'flatten-blocked',
      key: `flatten-blocked/${account}/${next.alarms}`,
      subject: account,
      at: now(),
      facts: { blocked: why },
    });
  }
  await ledger.recordEvent({ account, kind: FLATTEN_BLOCKED, detail: { ...next }, now: now() });
  return next;
}

/** What an account's or a symbol's flattening was last found to wait for, in `detail.blocked`; null: nothing keeps it. */
export function blockedEvent(
  ledger: Pick<Ledger, 'lastEvent'>,
  { account, state, flattening }: AccountRecord,
): LedgerEvent | null {
  if (state !== 'flattening' && flattening.length === 0) return null;
  const event = ledger.lastEvent(account, FLATTEN_BLOCKED);
  // By their order: the one was written by the venue's clock, the other by ours.
  const began = ledger.lastEvent(account, state === 'flattening' ? 'state' : 'flatten');
  return event === null || event.id < (began?.id ?? 0) ? null : event;
}
