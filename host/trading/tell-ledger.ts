import { AlphaloomError } from '../../contracts/errors.ts';
import type { TradingAnswer, TradingOperation } from '../../contracts/messages.ts';
import type { TradedSymbol } from '../../contracts/trading.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { LoadedConfig } from '../config.ts';
import { loadPolicy } from '../policies.ts';

interface TellingWiring {
  readonly ledger: Ledger;
  readonly loaded: LoadedConfig;
  readonly now: number;
  /** Whether an order's venue can't say anything of it. @throws AlphaloomError ACCOUNT_STATE where it does */
  askVenue(clientOrderId: string): Promise<boolean>;
  /** @throws AlphaloomError SYMBOL_UNKNOWN where the account's venue lists one of them not */
  requireListed(record: AccountRecord, symbols: readonly TradedSymbol[]): Promise<void>;
}

/**
 * Writes a message into the ledger itself, where no workflow can take it: an account reads its ledger at each close, so that
 * its word holds from then on. What somebody has to carry out is refused with `instead`.
 * @throws AlphaloomError instead; ACCOUNT_STATE and whatever else the ledger says of the message
 */
export async function tellLedger(
  { ledger, loaded, now, askVenue, requireListed }: TellingWiring,
  operation: TradingOperation,
  instead: AlphaloomError,
): Promise<TradingAnswer> {
  const { message, account, payload } = operation;
  if (message === 'flatten' || payload.positions === 'flatten') {
    throw new AlphaloomError(
      instead.code,
      `${instead.message} To close positions from here: trade flatten ${account} --direct.`,
      instead.details,
    );
  }
  const record = ledger.account(account);
  const { mode, state } = record;
  // What real orders need is looked at by who trades, or by the next start.
  if (message === 'set' && mode === 'live' && state !== 'stopped') throw instead;
  if (message === 'set' && Array.isArray(payload.symbols)) await requireListed(record, payload.symbols);
  const policy = typeof payload.policy === 'string' ? await loadPolicy(loaded, payload.policy) : null;
  const isVenueSilent = message === 'resolve' && (await askVenue(String(payload.order)));
  return await ledger.applyMessage(operation, { now, policy, isVenueSilent });
}
