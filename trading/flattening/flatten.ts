import { AlphaloomError } from '../../contracts/errors.ts';
import { type Desk, type TimedDesk, until } from '../desk.ts';
import type { AccountRecord } from '../ledger/records.ts';
import { perSymbol, symbolsOf } from '../per-symbol.ts';
import { lastNote, noteBlocked } from './flatten-notes.ts';
import { type Blocked, flattenSymbol } from './flatten-symbol.ts';

export interface FlattenRequest {
  /** null: all of the account, which then halts. */
  readonly symbols: readonly string[] | null;
  readonly actor: string;
  /** Of the message that asked for it. */
  readonly operationId: string;
  /** Told what keeps it from being done, whenever that is another. */
  readonly onBlocked?: (blocked: string) => void;
}

export interface FlattenReport {
  readonly record: AccountRecord;
  /** false: more than these symbols is to be closed by now, and whoever asked has to ask for that. */
  readonly isDone: boolean;
  /** How often the account was gone through. */
  readonly passes: number;
}

/** A pass ends after so long, whatever hangs; the next begins anew. */
const PASS_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/**
 * Closes all positions of an account, or those of some symbols: ends own orders, settles what is unknown, sells at market,
 * and asks the venue whether it is so. While that can’t be done it is tried again without end, with an alarm every five
 * minutes; a question that failed is never taken for an answer. The ledger knows of it first, so that a crash at whatever
 * moment is followed by the rest. Running it again closes nothing twice. Symbols that can’t be closed yet keep no others from it:
 * it ends undone where more is to be closed by now.
 * @throws AlphaloomError LEASE_LOST; TRADING_LATE when the desk’s signal aborts: the account stays as it is then
 */
export async function flattenAccount(desk: Desk, request: FlattenRequest): Promise<FlattenReport> {
  const { ledger, lease, account } = desk;
  await begin(desk, request);
  let waitMs = FIRST_WAIT_MS;
  let noted = lastNote(desk);
  let shown: string | null = null;
  for (let passes = 1; ; passes++) {
    const timed = until(desk, desk.now() + PASS_MS);
    const blocked = await pass(timed, request.symbols);
    if (blocked === null) {
      const { symbols, actor, operationId } = request;
      const done = { account, symbols, now: desk.now(), actor, operationId: `${operationId}/done` };
      return { record: await ledger.finishFlatten(lease, done), passes, isDone: true };
    }
    noted = await noteBlocked(desk, noted, blocked);
    if (blocked.why !== shown) request.onBlocked?.(blocked.why);
    shown = blocked.why;
    const record = ledger.account(account);
    if (isWider(record, request.symbols)) return { record, passes, isDone: false };
    if (desk.signal.aborted) throw aborted(desk);
    await desk.sleep(waitMs, desk.signal);
    if (desk.signal.aborted) throw aborted(desk);
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  }
}

/** The account’s word comes first; where it was given already it stands. */
async function begin({ ledger, account, now }: Desk, request: FlattenRequest): Promise<void> {
  const { symbols, actor, operationId } = request;
  const { state, flattening } = ledger.account(account);
  if (symbols === null ? state === 'flattening' : symbols.every(symbol => flattening.includes(symbol)))
    return;
  const payload = symbols === null ? {} : { symbols };
  await ledger.applyMessage(
    { message: 'flatten', account, operationId, actor, payload },
    { now: now(), policy: null },
  );
}

function isWider({ state, flattening }: AccountRecord, symbols: readonly string[] | null): boolean {
  return symbols !== null && (state === 'flattening' || flattening.some(symbol => !symbols.includes(symbol)));
}

/** @returns what keeps it from being done; null: all is flat */
async function pass(desk: TimedDesk, only: readonly string[] | null): Promise<Blocked | null> {
  const { ledger, account } = desk;
  const mine = () =>
    symbolsOf([
      ...ledger.account(account).symbols,
      ...ledger.positions(account),
      ...ledger.openOrders(account),
    ]);
  const symbols = only ?? mine();
  const results = await perSymbol(desk, symbols, symbol => flattenSymbol(desk, symbol));
  const blocked = results.flatMap(result => {
    if (!result.ok) {
      const { code, message } = result.error;
      return [{ why: `${result.symbol}: ${code}: ${message}`, needsOperator: false }];
    }
    return result.value === null ? [] : [{ ...result.value, why: `${result.symbol}: ${result.value.why}` }];
  });
  if (blocked.length === 0) return null;
  return {
    why: blocked.map(({ why }) => why).join('; '),
    needsOperator: blocked.some(({ needsOperator }) => needsOperator),
  };
}

function aborted({ account }: Desk): AlphaloomError {
  return new AlphaloomError(
    'TRADING_LATE',
    `Flattening account ${account} was broken off; it is still being flattened. A worker goes on with it (up), or who asks for it again: trade flatten ${account} --direct.`,
    { account },
  );
}
