import { setTimeout as sleep } from 'node:timers/promises';
import type { TradingRooms } from '../../activities/trading-rooms.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import type { Lease, Ledger } from '../../trading/ledger/ledger.ts';
import { isLlmOn, llmSettings } from '../../trading/llm/settings.ts';
import { SymbolLocks } from '../../trading/symbol-locks.ts';
import { validatePlanned } from '../../trading/validate-entries.ts';
import type { OpenRooms } from '../compose.ts';
import type { LoadedConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { loadPolicy } from '../policies.ts';
import { createInfer } from './infer.ts';
import { killPoint } from './kill-point.ts';
import { liveVenue } from './live-venues.ts';
import { createOpenAccounts } from './open-accounts.ts';
import { toldVenue } from './told-venue.ts';

interface TradingWiring {
  readonly rooms: OpenRooms;
  readonly ledger: Ledger;
  readonly loaded: LoadedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  /** What `recipe` means in a policy's exits where no model answers. */
  readonly defaultLabels: LabelSpec;
  lease(): Lease;
}

export interface OpenTradingRooms extends TradingRooms {
  close(): Promise<void>;
}

/** What the one process works with that trades a home's ledger. */
export function createTradingRooms(wiring: TradingWiring): OpenTradingRooms {
  const { rooms, loaded, environment, log, lease } = wiring;
  const chaos = killPoint(environment);
  const ledger = chaos?.ledger(wiring.ledger) ?? wiring.ledger;
  const { clock, candles, venues } = rooms;
  const accounts = createOpenAccounts({
    ledger,
    lease,
    candles,
    venues,
    clock,
    async liveVenue(record) {
      const venue = await liveVenue({ ...wiring, venues, killPoint: chaos }, record);
      return toldVenue(venue, { ledger, account: record.account, now: clock.now, log });
    },
  });
  const settings = llmSettings(loaded.config.llm);
  const locks = new Map<string, SymbolLocks>();
  return {
    ledger,
    lease,
    clock,
    candles,
    venues,
    open: record => accounts.open(record),
    infer: createInfer(rooms.predictor, wiring.defaultLabels),
    validates: isLlmOn(settings),
    async validate({ record, bars }, entries) {
      await validatePlanned(
        { record, ledger, lease, bars, settings, fetch, monotonicMs: clock.monotonicMs, now: clock.now },
        entries,
      );
    },
    loadPolicy: name => loadPolicy(loaded, name),
    desk({ record, venue, recorded }, signal, closeTime) {
      const { account } = record;
      const symbols = locks.get(account) ?? new SymbolLocks();
      locks.set(account, symbols);
      return {
        account,
        ledger,
        lease: lease(),
        venue,
        symbols,
        signal,
        now: () =>
          recorded !== null && closeTime !== null ? closeTime : clock.now() + (venue.clockOffsetMs ?? 0),
        async sleep(ms, until) {
          await sleep(ms, undefined, { signal: until });
        },
        late(news) {
          news.catch((error: unknown) => {
            log.warn(
              { account, error: error instanceof Error ? error.message : String(error) },
              'an answer that came late could not be recorded; it will be looked up',
            );
          });
        },
      };
    },
    async close() {
      await accounts.close();
    },
  };
}
