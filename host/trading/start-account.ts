import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { catchUp } from '../../activities/trading/catch-up.ts';
import { describeKnown } from '../../candles/fetch/missing.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type MarketKind, type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { AccountClock, TradedSymbol } from '../../contracts/trading.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord, AccountSettings } from '../../trading/ledger/records.ts';
import type { OpenRooms } from '../compose.ts';
import { type LoadedConfig, venueKind } from '../config.ts';
import type { TemporalOrchestrator } from '../orchestrator.ts';
import { loadPolicy } from '../policies.ts';
import { requireSame } from './joined-account.ts';
import { knownMarket } from './known-market.ts';
import { requireFitting, requireLiveAllowed } from './live-permission.ts';
import { missingChampions, ofWorker, outdatedWarnings } from './start-warnings.ts';
import { requireTraded } from './traded-markets.ts';

/** What `trade start` is told; null: as the account was, or as the configuration says. */
export interface StartAccountRequest {
  readonly account: string;
  readonly symbols: readonly TradedSymbol[] | null;
  readonly policy: string | null;
  readonly iterations: number | null;
  /** Recorded closes in (fromTime, toTime], epoch ms, are played as fast as they are worked through. */
  readonly replay: { readonly fromTime: number; readonly toTime: number } | null;
  readonly understandsRisk: boolean;
  readonly actor: string;
}

export interface StartedAccount {
  readonly workflowId: string;
  /** It traded already, and goes on as it was. */
  readonly joined: boolean;
  readonly record: AccountRecord;
  readonly warnings: readonly string[];
}

export interface StartWiring {
  readonly rooms: OpenRooms;
  readonly loaded: LoadedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly orchestrator: TemporalOrchestrator;
  /** Whether Temporal runs on this machine alone. */
  readonly isEmbedded: boolean;
  /** Whether the environment of the worker that would send its orders allows real ones; absent: nobody knows here. */
  readonly workerSendsOrders?: boolean;
  /** Parts of the configuration that the worker which would trade it has otherwise than this process; absent: none is known. */
  readonly outdated?: readonly string[];
}

const FIRST_PLAN_MS = 30_000;
const POLL_MS = 50;
/** To fetch the recent bars of a series that nobody fetched yet. */
const FIRST_BARS_MS = 60_000;

/**
 * Writes an account's settings into the ledger and starts its workflow; resolves when the workflow has recovered the account
 * and waits for its first close, or has ended.
 * @throws AlphaloomError ACCOUNT_STATE where it runs with other symbols or another policy; ACCOUNT_INVALID, ACCOUNT_UNKNOWN, LIVE_NOT_ALLOWED, POLICY_*, CANDLES_NOT_FOUND, SYMBOL_*, and what the
 *   workflow ended with
 */
export async function startAccount(
  wiring: StartWiring,
  request: StartAccountRequest,
): Promise<StartedAccount> {
  const { rooms, orchestrator, loaded } = wiring;
  const ledger = await rooms.ledger();
  const { account, actor } = request;
  const running = await orchestrator.tradingStatus(account);
  if (running !== null) {
    const record = ledger.account(account);
    const policy = request.policy === null ? null : await loadPolicy(loaded, request.policy);
    requireSame(record, request, policy?.name);
    const warnings = outdatedWarnings(wiring);
    return { workflowId: `trade/${account}`, joined: true, record, warnings };
  }
  const settings = await settingsOf(loaded, rooms, request);
  const warnings = [
    ...outdatedWarnings(wiring),
    ...repeatedCloses(request, earlierOf(ledger, account)),
    ...(await requireTraded(rooms, settings)),
    ...(await requireLiveAllowed(wiring, request, settings)),
    ...(await missingChampions(rooms, settings)),
  ];
  const operationId = randomUUID();
  const by = { actor, operationId, now: rooms.clock.now() };
  const before = await ledger.putAccount(null, settings, by);
  const begun = await ledger.changeState({
    account,
    from: ['stopped'],
    to: 'running',
    reason: 'started',
    actor,
    operationId: `${operationId}/start`,
    now: rooms.clock.now(),
  });
  const started = await orchestrator.startTrading({ account, ledgerId: ledger.id }, settings.clock.kind);
  try {
    await untilRecovered(wiring, before);
  } catch (error) {
    await ledger.changeState({
      account,
      // What refused it may have paused it meanwhile: the next start is to find it as this one did.
      from: begun === null ? ['running'] : ['running', 'paused'],
      to: 'stopped',
      reason: 'it could not begin',
      actor,
      operationId: `${operationId}/failed`,
      now: rooms.clock.now(),
    });
    throw ofWorker(error, wiring);
  }
  return { ...started, record: ledger.account(account), warnings };
}

async function settingsOf(
  loaded: LoadedConfig,
  rooms: OpenRooms,
  request: StartAccountRequest,
): Promise<AccountSettings> {
  const { config } = loaded;
  const { account } = request;
  const configured = config.accounts[account];
  if (configured === undefined) throw unknownAccount(account, Object.keys(config.accounts));
  const earlier = earlierOf(await rooms.ledger(), account);
  const venue = configured.venue ?? config.defaultVenue;
  const kind = venueKind(config, venue);
  const symbols = request.symbols ?? earlier?.symbols ?? [];
  if (symbols.length === 0) {
    throw new AlphaloomError(
      'ACCOUNT_INVALID',
      `Account ${account} trades no symbol yet. Name some: trade start ${account} --symbols BTCUSDT --timeframe 15m.`,
      { account },
    );
  }
  const policy =
    request.policy === null && earlier !== null
      ? earlier.policy
      : await loadPolicy(loaded, request.policy ?? configured.policy);
  const clock: AccountClock = request.replay ? { kind: 'replay', ...request.replay } : { kind: 'real' };
  for (const symbol of symbols) await requireBars(rooms, { venue, ...symbol }, kind, clock);
  const quote = await quoteOf(rooms, { venue, kind, symbols, clock });
  requireFitting(account, policy, kind);
  return {
    account,
    mode: configured.mode,
    venue,
    kind,
    quote,
    clock,
    symbols,
    policy,
    costs: configured.costs,
    capital: String(configured.capital),
    iterations: request.iterations,
  };
}

function earlierOf(ledger: Ledger, account: string): AccountRecord | null {
  return ledger.accounts().find(each => each.account === account) ?? null;
}

/**
 * An account's time does not go back: what it did stands in the ledger for good.
 * @returns what to warn of
 * @throws AlphaloomError ACCOUNT_INVALID where nothing of a replay is left to be played
 */
function repeatedCloses({ account, replay }: StartAccountRequest, earlier: AccountRecord | null): string[] {
  const last = earlier?.lastCloseTime ?? null;
  if (replay === null || last === null || replay.fromTime >= last) return [];
  const traded = `Account ${account} has traded closes up to ${told(last)}, and its time does not go back`;
  if (replay.toTime > last) return [`${traded}: the replay goes on from there.`];
  throw new AlphaloomError(
    'ACCOUNT_INVALID',
    `${traded}: nothing of this replay is left to be played. Replay it by an account of its own: write accounts: {${account}-2: {}} into alphaloom.yaml, then trade start ${account}-2.`,
    { account, lastCloseTime: last },
  );
}

/** A series without history can't be predicted: its recent bars are fetched; recorded bars must be there to be played. */
async function requireBars(
  rooms: OpenRooms,
  series: Series,
  kind: MarketKind,
  clock: AccountClock,
): Promise<void> {
  const { candles } = rooms;
  // What is missing since its last bar is fetched by who trades it.
  if (clock.kind === 'real' && (await describeKnown(candles, series)) === null)
    await catchUp(rooms, series, AbortSignal.timeout(FIRST_BARS_MS));
  const known = await candles.describe(series);
  if (known.kind !== kind) {
    throw new AlphaloomError(
      'ACCOUNT_INVALID',
      `The bars of ${seriesId(series)} are of a ${known.kind} market, and venue ${series.venue} is ${kind}.`,
      { series: seriesId(series), kind },
    );
  }
  if (clock.kind === 'real') return;
  const firstClose = known.firstTime + TIMEFRAME_MS[series.timeframe];
  const lastClose = known.lastTime + TIMEFRAME_MS[series.timeframe];
  if (clock.fromTime < lastClose && clock.toTime >= firstClose) return;
  throw new AlphaloomError(
    'ACCOUNT_INVALID',
    `${seriesId(series)} has no bars between ${told(clock.fromTime)} and ${told(clock.toTime)}: its closes reach from ${told(firstClose)} to ${told(lastClose)}.`,
    { series: seriesId(series) },
  );
}

async function quoteOf(
  { candles, venues }: OpenRooms,
  record: Pick<AccountSettings, 'venue' | 'kind' | 'symbols' | 'clock'>,
): Promise<string> {
  const quotes = new Set<string>();
  for (const { symbol } of record.symbols)
    quotes.add((await knownMarket({ candles, venues, record: { ...record, quote: '' } }, symbol)).quote);
  const [quote, ...others] = quotes;
  if (others.length === 0) return quote;
  throw new AlphaloomError(
    'ACCOUNT_INVALID',
    `One account has one currency, and these symbols are paid in ${[...quotes].join(' and ')}. Trade them by accounts of their own.`,
    { quotes: [...quotes] },
  );
}

/** A workflow that could not begin has said why; one that waits for a worker is told of. */
async function untilRecovered(
  { orchestrator, rooms }: StartWiring,
  { account }: AccountRecord,
): Promise<void> {
  const deadline = rooms.clock.monotonicMs() + FIRST_PLAN_MS;
  while (rooms.clock.monotonicMs() < deadline) {
    const status = await orchestrator.tradingStatus(account);
    if (status === null) return await orchestrator.awaitTrading(account);
    if (status.step !== 'recovering') return;
    await sleep(POLL_MS);
  }
}

function unknownAccount(account: string, known: readonly string[]): AlphaloomError {
  return new AlphaloomError(
    'ACCOUNT_UNKNOWN',
    `The configuration has no account "${account}"; it has ${known.join(', ')}. Write accounts: {${account}: {}} into alphaloom.yaml, with mode, venue, policy or capital where they are to differ from the defaults.`,
    { account, known },
  );
}

function told(time: number): string {
  return new Date(time).toISOString();
}
