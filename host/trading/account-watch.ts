import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Log } from '../log.ts';

const LOOK_MS = 1_000;
/** An account may be this many of its bars behind. */
const BARS_BEHIND = 2;

interface WatchRequest {
  readonly ledger: Ledger;
  now(): number;
  readonly log: Log;
}

/** Tells of accounts that should trade and do not: no close was worked on for two bars. */
export function watchAccounts({ ledger, now, log }: WatchRequest): { close(): void } {
  /** Close after which an account stood still when it was told of. */
  const told = new Map<string, number>();
  const look = async () => {
    for (const record of ledger.accounts()) {
      const since = standsStillSince(record, now());
      if (since === null) told.delete(record.account);
      else if (told.get(record.account) !== since) {
        told.set(record.account, since);
        log.error(
          { account: record.account, since: new Date(since).toISOString() },
          'no close was worked on for two bars',
        );
        await ledger.notify({
          event: 'bars-missed',
          key: `bars-missed/${record.account}/${since}`,
          subject: record.account,
          at: now(),
          facts: { account: record.account, since: new Date(since).toISOString() },
        });
      }
    }
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      log.warn(
        { error: error instanceof Error ? error.message : String(error) },
        'accounts could not be looked at',
      );
    });
  }, LOOK_MS);
  return { close: () => clearInterval(timer) };
}

/** The last close that was worked on, or when the account was started, where that is too long ago; else null. */
export function standsStillSince(record: AccountRecord, now: number): number | null {
  const { state, clock, symbols, lastCloseTime, stateTime } = record;
  if (state === 'stopped' || clock.kind === 'replay' || symbols.length === 0) return null;
  const shortest = Math.min(...symbols.map(({ timeframe }) => TIMEFRAME_MS[timeframe]));
  const since = Math.max(lastCloseTime ?? 0, stateTime);
  return now - since > (BARS_BEHIND + 1) * shortest ? since : null;
}
