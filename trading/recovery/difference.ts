import type { TimedDesk } from '../desk.ts';
import { asked } from '../in-time.ts';
import { sideOf } from '../keeping/keeping.ts';
import { goneOf, knownLacking, type Lacking, mendOf, noteLacking } from '../keeping/lacking.ts';
import { amount, digits } from '../ledger/amounts.ts';
import type { LedgerPosition } from '../ledger/records.ts';
import { type Difference, differingPosition, missingCoins, missingOf } from './findings.ts';

/** What the ledger and the venue do not agree in, of these symbols. */
export async function compared(desk: TimedDesk, symbols: readonly string[]): Promise<readonly Difference[]> {
  const { venue } = desk;
  if (venue.card.kind === 'swap') {
    const held = await asked(desk, venue.positions());
    return symbols.flatMap(symbol => differingPosition(symbol, positionOf(desk, symbol), held) ?? []);
  }
  const balances = await asked(desk, venue.balances());
  const found: Difference[] = [];
  for (const symbol of symbols) {
    const position = positionOf(desk, symbol);
    if (position === undefined) continue;
    const { base } = await asked(desk, venue.market(symbol));
    const missing = missingCoins(position, base, balances);
    if (missing !== null) found.push(missing);
  }
  return found;
}

/**
 * What differs is told, and entries of the symbol wait for an operator. What is gone of a position is written to it with what to do, and
 * told when it is found, or found again once the symbol was resumed.
 */
export async function tellDifference(desk: TimedDesk, difference: Difference): Promise<void> {
  const { symbol, expected } = difference;
  const position = positionOf(desk, symbol);
  // What has moved since it was compared is compared again another time.
  if ((position?.quantity ?? '0') !== expected) return;
  const wasPaused = isPaused(desk, symbol);
  const size = missingOf(difference);
  if (position === undefined || size === null) {
    if (!wasPaused) await pauseEntries(desk, difference, { mend: BY_HAND, shown: BY_HAND });
    return;
  }
  const gone = goneOf(position, size);
  const isNews = await noteLacking(desk, position, gone);
  if (isNews || !wasPaused) await tellGone(desk, position, gone);
}

/** What was gone is there again: no operator needs to be asked. */
export async function forgetGone(desk: TimedDesk, symbol: string): Promise<void> {
  const position = positionOf(desk, symbol);
  if (position && isGone(position)) await noteLacking(desk, position, null);
}

export function isGone(position: LedgerPosition): boolean {
  return knownLacking(position)?.kind === 'gone';
}

/** While the account is being flattened, the flattening tells what it waits for. */
export async function tellGone(desk: TimedDesk, position: LedgerPosition, gone: Lacking): Promise<void> {
  const { ledger, account, venue } = desk;
  if (ledger.account(account).state === 'flattening') return;
  const { symbol, quantity: expected } = position;
  const found = amount(expected).minus(amount(gone.quantity).times(sideOf(position)));
  const kind = venue.card.kind === 'swap' ? 'position-differs' : 'missing-coins';
  // What is to be done stands beside the position, and is not said twice.
  const told = { mend: mendOf(gone, position), shown: null };
  await pauseEntries(desk, { kind, symbol, expected, found: digits(found) }, told);
}

const BY_HAND = 'close the difference at the venue by hand';

interface Told {
  readonly mend: string;
  /** Of it, what the reason of the pause says. */
  readonly shown: string | null;
}

async function pauseEntries(desk: TimedDesk, difference: Difference, { mend, shown }: Told): Promise<void> {
  const { ledger, account, now } = desk;
  const { symbol, expected, found, kind } = difference;
  await ledger.notify({
    event: 'ledger-mismatch',
    key: `ledger-mismatch/${account}/${symbol}`,
    subject: `${account} ${symbol}`,
    at: now(),
    facts: { kind, expected, found, reason: mend },
  });
  if (isPaused(desk, symbol)) return;
  const parts = [`${kind}: the ledger has ${expected}, the venue ${found}`, shown];
  await ledger.applyMessage(
    {
      message: 'pause',
      account,
      operationId: `recover/${account}/${symbol}/${now()}`,
      actor: 'recovery',
      reason: [...parts, 'resume the symbol once that is settled'].filter(Boolean).join('; '),
      payload: { symbols: [symbol] },
    },
    { now: now(), policy: null },
  );
}

function isPaused({ ledger, account }: TimedDesk, symbol: string): boolean {
  return ledger.account(account).pausedSymbols.some(paused => paused.symbol === symbol);
}

function positionOf({ ledger, account }: TimedDesk, symbol: string): LedgerPosition | undefined {
  return ledger.positions(account).find(held => held.symbol === symbol);
}
