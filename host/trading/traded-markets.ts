import { AlphaloomError, type ErrorCode } from '../../contracts/errors.ts';
import type { TradedSymbol } from '../../contracts/trading.ts';
import type { AccountSettings } from '../../trading/ledger/records.ts';
import type { OpenRooms } from '../compose.ts';

/** A venue that can't be asked for the moment says nothing about its symbols. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'VENUE_UNREACHABLE',
  'VENUE_MAINTENANCE',
  'VENUE_RATE_LIMITED',
  'VENUE_ANSWER_INVALID',
  'VENUE_REFUSED',
]);

const PATIENCE_MS = 10_000;

/**
 * Bars in the store outlive their market: the venue is asked whether it trades the symbols still.
 * @returns what to warn of: that it could not be asked
 * @throws AlphaloomError ACCOUNT_INVALID naming each symbol that is delisted or halted
 */
export async function requireTraded(
  { venues }: Pick<OpenRooms, 'venues'>,
  { account, venue, symbols, clock }: Pick<AccountSettings, 'account' | 'venue' | 'symbols' | 'clock'>,
): Promise<string[]> {
  if (clock.kind === 'replay') return [];
  const client = await venues.client(venue);
  const faults: string[] = [];
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (const { symbol } of symbols) {
    try {
      const { active } = await client.market(symbol, { signal: patience });
      if (!active) faults.push(`${symbol} is listed and not traded for now (halted).`);
    } catch (error) {
      if (patience.aborted) return [`${venue} did not say in time whether it trades ${symbol}.`];
      if (!(error instanceof AlphaloomError)) throw error;
      if (PASSING.has(error.code))
        return [`${venue} could not be asked whether it trades ${symbol}: ${error.message}`];
      if (error.code !== 'SYMBOL_UNKNOWN') throw error;
      faults.push(`${symbol} is not listed (never was, or delisted): ${error.message}`);
    }
  }
  if (faults.length === 0) return [];
  throw new AlphaloomError(
    'ACCOUNT_INVALID',
    `${venue} does not trade what account ${account} is to trade. ${faults.join(' ')} Leave it out: trade start ${account} --symbols … without it. A position that is still held of it is looked after all the same.`,
    { account, faults },
  );
}

/**
 * A symbol that is new to an account must be one that its venue lists, as at a start; one that is stored, or that the venue can't be
 * asked about for now, is taken for one.
 * @throws AlphaloomError SYMBOL_UNKNOWN with near names
 */
export async function requireListed(
  { candles, venues }: Pick<OpenRooms, 'candles' | 'venues'>,
  { venue, symbols: traded }: Pick<AccountSettings, 'venue' | 'symbols'>,
  symbols: readonly TradedSymbol[],
): Promise<void> {
  const stored = (await candles.list()).filter(({ series }) => series.venue === venue);
  const known = new Set([...traded, ...stored.map(({ series }) => series)].map(({ symbol }) => symbol));
  const unknown = symbols.filter(({ symbol }) => !known.has(symbol));
  if (unknown.length === 0) return;
  const client = await venues.client(venue);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (const { symbol } of unknown) {
    try {
      await client.market(symbol, { signal: patience });
    } catch (error) {
      if (patience.aborted || (error instanceof AlphaloomError && PASSING.has(error.code))) return;
      throw error;
    }
  }
}
