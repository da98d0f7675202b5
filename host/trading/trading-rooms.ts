import type { OpenAccount, TradingRooms } from '../../activities/trading/trading-rooms.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import type { AccountClose } from '../../contracts/trading.ts';
import {
  refuseUnasked,
  tellFailures,
  type ValidatingDesk,
  validatePlanned,
} from '../../trading/deciding/validate-entries.ts';
import type { Lease, Ledger } from '../../trading/ledger/ledger.ts';
import { isLlmOn, llmSettings } from '../../trading/llm/settings.ts';
import { SymbolLocks } from '../../trading/symbol-locks.ts';
import type { OpenRooms } from '../compose.ts';
import type { LoadedConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { loadPolicy } from '../policies.ts';
import { withClosedSymbols } from './closed-symbols.ts';
import { endingSleep } from './ending-sleep.ts';
import { createInfer } from './infer.ts';
import { killPoint } from './kill-point.ts';
import { createLeaders } from './leaders.ts';
import { requireSettable } from './live-permission.ts';
import { type LivePurpose, liveVenue } from './live-venues.ts';
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
  /** `trade` where it is left out. */
  readonly purpose?: LivePurpose;
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
      const teller = { ledger, account: record.account, now: clock.now, log };
      return toldVenue(withClosedSymbols(venue, teller), teller);
    },
  });
  const settings = llmSettings(loaded.config.llm);
  const locks = new Map<string, SymbolLocks>();
  /** Calls in a row without a usable answer, by account. */
  const failures = new Map<string, number>();
  const validatingDesk = (
    { record, bars, recorded, venue }: OpenAccount,
    { closeTime }: AccountClose,
  ): ValidatingDesk => ({
    record,
    ledger,
    lease,
    bars,
    settings,
    fetch,
    monotonicMs: clock.monotonicMs,
    now: () => (recorded === null ? clock.now() + (venue.clockOffsetMs ?? 0) : closeTime),
  });
  return {
    ledger,
    lease,
    clock,
    candles,
    venues,
    open: record => accounts.open(record),
    recoverDue: new Map(),
    infer: createInfer(rooms.predictor, wiring.defaultLabels),
    leaders: createLeaders(rooms),
    validates: isLlmOn(settings),
    async validate(account, entries, close) {
      const desk = validatingDesk(account, close);
      const { account: name } = account.record;
      const said = await validatePlanned(desk, entries);
      failures.set(name, await tellFailures(desk, said, failures.get(name) ?? 0));
    },
    refuse: (account, entries, close) => refuseUnasked(validatingDesk(account, close), entries),
    requireSettable: record => requireSettable(rooms, record),
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
        sleep: endingSleep,
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
