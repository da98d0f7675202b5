import type { SymbolResult } from '../../contracts/trading.ts';
import { type Desk, sooner, type TimedDesk, until } from '../desk.ts';
import { asked } from '../in-time.ts';
import { keepSymbol } from '../keeping/keep.ts';
import { keepingOf } from '../keeping/keeping.ts';
import { oursAmong } from '../orders/ask-venue.ts';
import { isSkewed, tellClockSkew } from '../orders/clock-skew.ts';
import { settleSymbol } from '../orders/settle.ts';
import { perSymbol, symbolsOf } from '../per-symbol.ts';
import type { VenueOrder } from '../venue.ts';
import { compared, forgetGone, isGone, tellDifference } from './difference.ts';
import type { Finding } from './findings.ts';
import { checkSwapSettings } from './swap-check.ts';

/** Fills are read from so long before the last one known. */
const OVERLAP_MS = 600_000;
/** The account waits so long for stops and exits; what is not certain then (an order may be on its way for 20 s) the watch goes on with. */
const PROTECTED_WITHIN_MS = 2_000;
/** What a flatten has in hand is waited for so long: it settles it too, but looks less far back. */
const CLOSING_MS = 5_000;

/**
 * Begins an account, after whatever has happened: settles what is open, books what was filled meanwhile, compares
 * positions and balances with the venue, places missing stops. Entries of a symbol whose coins are missing, or whose
 * position is another at the venue, are paused. Running it again changes nothing twice.
 * @param deadline epoch ms of the venue’s clock; what is not known then is a finding
 * @throws AlphaloomError SWAP_SETTINGS_REFUSED, LEASE_LOST, and VENUE_* where the venue can’t be asked for balances
 */
export async function recoverAccount(
  desk: Desk,
  { deadline }: { readonly deadline: number },
): Promise<readonly Finding[]> {
  const { ledger, account, venue } = desk;
  const timed = until(desk, deadline);
  const record = ledger.account(account);
  const symbols = symbolsOf([...record.symbols, ...ledger.positions(account), ...ledger.openOrders(account)]);
  await asked(timed, venue.now());
  await checkSwapSettings(desk, symbols, { deadline, maxLeverage: record.policy.maxLeverage });
  const settle = async (symbol: string) => {
    await settleSymbol(timed, symbol, lastKnown(timed, symbol));
    return strangersOf(timed, symbol);
  };
  const settled = await perSymbol(timed, symbols, settle, CLOSING_MS);
  // What the venue lists no more can’t be compared, and keeps nothing else from beginning.
  const listed = settled.filter(result => result.ok || result.error.code !== 'SYMBOL_UNKNOWN');
  const differing = await differences(timed, symbolsOf(listed));
  const findings: Finding[] = [...(await clockFindings(timed)), ...differing];
  for (const result of settled) {
    const { symbol } = result;
    if (result.ok)
      findings.push(...result.value.map(order => ({ kind: 'stranger-order', symbol, order }) as const));
  }
  findings.push(...notAsked(settled));
  const patient = sooner(timed, desk.now() + PROTECTED_WITHIN_MS);
  const kept = await perSymbol(patient, symbols, symbol => protect(patient, symbol), 0);
  findings.push(...notAsked(kept).filter(({ code }) => code !== 'TRADING_LATE'));
  return findings;
}

function notAsked(results: readonly SymbolResult<unknown>[]) {
  return results.flatMap(result =>
    result.ok ? [] : { kind: 'not-asked' as const, symbol: result.symbol, ...result.error },
  );
}

/** Where the ledger’s last fill is; before the first one, where its last close is. */
function lastKnown({ ledger, account, now }: TimedDesk, symbol: string): number {
  const known = ledger.lastFillTime(account, symbol) ?? ledger.account(account).lastCloseTime ?? now();
  return known - OVERLAP_MS;
}

/** Orders of others that rest in the symbol: they are told of once and left alone. Ours that were taken for done are open again. */
async function strangersOf(desk: TimedDesk, symbol: string): Promise<readonly VenueOrder[]> {
  const { ledger, lease, account, venue, now } = desk;
  const open = await asked(desk, venue.openOrders(symbol));
  const ours = new Set((await oursAmong(desk, open)).map(({ shown }) => shown));
  const strangers = open.filter(order => !ours.has(order));
  await ledger.recordStrangers(lease, account, strangers, now());
  return strangers;
}

async function clockFindings(desk: TimedDesk): Promise<readonly Finding[]> {
  if (!isSkewed(desk.venue)) return [];
  await tellClockSkew(desk);
  return [{ kind: 'clock-skew', offsetMs: desk.venue.clockOffsetMs ?? 0 }];
}

/** What differs twice, with what was filled in between booked; entries of these symbols are paused. */
async function differences(desk: TimedDesk, symbols: readonly string[]): Promise<readonly Finding[]> {
  const first = symbolsOf(await compared(desk, symbols));
  await perSymbol(desk, first, symbol => settleSymbol(desk, symbol, lastKnown(desk, symbol)), CLOSING_MS);
  const second = first.length === 0 ? [] : await compared(desk, first);
  const held = desk.ledger.positions(desk.account).filter(({ symbol }) => symbols.includes(symbol));
  const written = await perSymbol(
    desk,
    symbolsOf([...second, ...held.filter(isGone)]),
    async symbol => {
      const difference = second.find(found => found.symbol === symbol);
      await (difference ? tellDifference(desk, difference) : forgetGone(desk, symbol));
    },
    CLOSING_MS,
  );
  return [...second, ...notAsked(written)];
}

/** The time in which a stop has to be confirmed begins anew: while nobody was there, nobody could place it. */
async function protect(desk: TimedDesk, symbol: string): Promise<void> {
  const { ledger, lease, account } = desk;
  const position = ledger.positions(account).find(held => held.symbol === symbol);
  if (position !== undefined) {
    const keeping = keepingOf(position);
    const { entryOrder } = position;
    if (keeping.stopDue !== null) {
      const renewed = { ...keeping, stopDue: null };
      await ledger.setKeeping(lease, { account, symbol, entryOrder, keeping: renewed, now: desk.now() });
    }
  }
  await keepSymbol(desk, symbol, []);
}
