import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ExitPlan } from '../../contracts/intents.ts';
import { type Policy, policySchema } from '../../contracts/policy.ts';
import type { Prediction } from '../../contracts/prediction.ts';
import type { MarketKind } from '../../contracts/series.ts';
import type { Desk } from '../../trading/desk.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { CommittedClose, LedgerOrder, PlannedOrder } from '../../trading/ledger/records.ts';
import { openSqliteLedger } from '../../trading/ledger/sqlite-ledger.ts';
import { SymbolLocks } from '../../trading/symbol-locks.ts';
import type { Venue, VenueCard } from '../../trading/venue.ts';
import { Boundaries, LEDGER_WRITES, VENUE_REQUESTS } from './boundaries.ts';
import { FakeExchange } from './fake-exchange.ts';
import { type Fault, fakeVenue } from './fake-venue.ts';
import { PlayedClock } from './played-clock.ts';
import type { World } from './world.ts';

/** Where a disk need not be waited for: these tests end processes, no machines. */
const MEMORY = '/dev/shm';

export const START = Date.UTC(2024, 0, 1);
export const MINUTE = 60_000;
export const ACCOUNT = 'real';
export const SYMBOL = 'BTCUSDT';

/** Stop 5 % under the entry, nothing else. */
export const STOP_ONLY: ExitPlan = {
  stop: { unit: 'percent', value: 5 },
  targets: [],
  trailing: null,
  maxBars: null,
};

export interface RigOptions {
  readonly policy?: Partial<Policy>;
  readonly card?: Partial<VenueCard>;
  readonly fault?: (request: string) => Fault;
}

/** An account of one symbol at an exchange, with a ledger of its own and a clock that jumps. */
export interface Rig {
  readonly clock: PlayedClock;
  readonly world: World;
  readonly ledger: Ledger;
  readonly venue: Venue;
  /** A process that works on the account; it takes the lease from whoever had it. */
  desk(boundaries?: Boundaries): Promise<Desk>;
  /** What came too late and is recorded still. */
  readonly late: Promise<unknown>[];
}

export interface FakeRig extends Rig {
  readonly exchange: FakeExchange;
}

export async function tradingRig(t: TestContext, options: RigOptions = {}): Promise<FakeRig> {
  const clock = new PlayedClock(START + MINUTE + 100);
  const exchange = new FakeExchange(clock.now);
  const { fault = () => null, card = {} } = options;
  const venue = fakeVenue({ exchange, clock, fault, card });
  return { ...(await rigOf(t, { clock, world: exchange, venue, policy: options.policy ?? {} })), exchange };
}

/** An account of 10,000 USDT that is running, at a venue. */
export async function rigOf(
  t: TestContext,
  { clock, world, venue, policy }: Pick<Rig, 'clock' | 'world' | 'venue'> & { policy: Partial<Policy> },
): Promise<Rig> {
  const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'keeper-'));
  const ledger = clock.stoppedBy(
    await openSqliteLedger(join(folder, 'ledger.sqlite'), {
      now: clock.now,
      process: { pid: 1, started: 'a' },
      isRunning: () => false,
    }),
  );
  t.after(async () => {
    ledger.close();
    await rm(folder, { recursive: true });
  });
  const late: Promise<unknown>[] = [];
  const desk = async (boundaries = new Boundaries(-1)): Promise<Desk> => ({
    account: ACCOUNT,
    ledger: boundaries.watch(ledger, LEDGER_WRITES),
    lease: await ledger.takeLease({ owner: 'test', now: clock.now(), takeOver: true }),
    venue: boundaries.watch(venue, VENUE_REQUESTS),
    now: clock.now,
    sleep: clock.sleep,
    signal: new AbortController().signal,
    symbols: new SymbolLocks(),
    late: news => {
      late.push(news);
      news.catch(() => {});
    },
  });
  await openAccount(ledger, clock.now(), policy, venue.card.kind);
  return { clock, world, ledger, venue, desk, late };
}

async function openAccount(
  ledger: Ledger,
  now: number,
  policy: Partial<Policy>,
  kind: MarketKind,
): Promise<void> {
  const settings = {
    account: ACCOUNT,
    mode: 'live',
    venue: 'fake',
    kind,
    quote: 'USDT',
    clock: { kind: 'real' },
    symbols: [{ symbol: SYMBOL, timeframe: '1m' }],
    policy: { ...policySchema.parse({ name: 'test' }), ...policy },
    costs: { kind: 'spot' } as never,
    capital: '10000',
    iterations: null,
  } as const;
  await ledger.putAccount(null, settings, { actor: 'test', operationId: 'put', now });
  const request = { account: ACCOUNT, reason: 'test', actor: 'test', operationId: 'start', now };
  await ledger.changeState({ ...request, from: ['stopped'], to: 'running' });
}

/** Commits the close of a bar at which an order is wanted; a second time what stands there is returned. */
export function decided(
  { ledger, lease, now }: Desk,
  barTime: number,
  order: Partial<PlannedOrder['terms']> & {
    readonly leg: 'entry' | 'exit';
    readonly exits?: ExitPlan;
    readonly decisionPrice?: string;
    readonly symbol?: string;
  },
): Promise<CommittedClose> {
  const { leg, exits = STOP_ONLY, decisionPrice = '100', symbol = SYMBOL, ...terms } = order;
  const planned: PlannedOrder = {
    key: { account: ACCOUNT, symbol, timeframe: '1m', barTime, leg, attempt: 1 },
    terms: {
      side: leg === 'entry' ? 'buy' : 'sell',
      type: 'market',
      quantity: '0.5',
      price: null,
      stopPrice: null,
      reduceOnly: leg === 'exit',
      ...terms,
    },
    validUntil: leg === 'entry' ? barTime + 1.5 * MINUTE : null,
    plan: leg === 'entry' ? { exits, validBars: terms.type === 'limit' ? 1 : null } : null,
    worstCaseNotional: leg === 'entry' ? '50' : null,
    decisionPrice,
  };
  return ledger.commitClose(lease, {
    account: ACCOUNT,
    closeTime: barTime + MINUTE,
    now: now(),
    bars: [{ symbol, timeframe: '1m', barTime, prediction: {} as Prediction }],
    decide: () => ({
      decisions: [
        { symbol, timeframe: '1m', barTime, rules: [], outcome: leg, orders: [planned], cancels: [] },
      ],
      riskMemory: null,
      halt: null,
    }),
  });
}

export function orderOf({ ledger }: Rig, leg: LedgerOrder['leg']): LedgerOrder | undefined {
  return ledger.orders(ACCOUNT, { fromTime: 0, toTime: START * 2 }).findLast(order => order.leg === leg);
}
