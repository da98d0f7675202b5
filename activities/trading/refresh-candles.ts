import { setTimeout as sleep } from 'node:timers/promises';
import { fetchRecent } from '../../candles/fetch/recent.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { CloseRequest, RefreshedBar } from '../../contracts/live-trading.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { SymbolResult, TradedSymbol } from '../../contracts/trading.ts';
import { until } from '../../trading/desk.ts';
import { asked, briefly } from '../../trading/in-time.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { asActivity, type Running } from '../activity.ts';
import { catchUp } from './catch-up.ts';
import { accountOf, type OpenAccount, seriesOf, type TradingRooms } from './trading-rooms.ts';

/** A venue that lacks a bar just after its close is asked again, first soon, then less often. */
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 250;

/**
 * All of it fits into the activity’s 10 s. Symbols that have their bars wait so long for those that lack them; one question about
 * bars takes no longer than `ASKED_MS`.
 */
const LACKING_MS = 2_000;
const ASKED_MS = 3_000;
/** So long a close waits for orders to be settled, and then for positions to be kept; what takes longer goes on beside it. */
const WAITED_MS = 2_000;
const BESIDE_MS = 15_000;
const QUOTED_MS = 1_000;

type Rows = readonly SymbolResult<RefreshedBar>[];

/**
 * The closed bars of a close's symbols, from the venue into the store; of live accounts also what came of their orders.
 * null: this process has begun since the close was planned, and has to recover the account before it works on any.
 */
export function refreshCandles(rooms: TradingRooms) {
  return asActivity(async (request: CloseRequest, running): Promise<Rows | null> => {
    const record = accountOf(rooms, request);
    if (record.clock.kind === 'real' && !rooms.recoverDue.has(record.account)) return null;
    const open = await rooms.open(record);
    if (open.recorded !== null) return await recordedRows(open, request);
    const [rows] = await Promise.all([
      fetchRows(rooms, open, request, running),
      settled(rooms, open, request, running),
    ]);
    if (open.record.mode === 'live') await kept(rooms, open, request, rows, running);
    return await Promise.all(rows.map(row => quoted(rooms, open, row, running)));
  });
}

async function recordedRows({ bars, record }: OpenAccount, { close }: CloseRequest): Promise<Rows> {
  return await Promise.all(
    close.symbols.map(async (traded): Promise<SymbolResult<RefreshedBar>> => {
      const barTime = close.closeTime - TIMEFRAME_MS[traded.timeframe];
      const { openTime } = await bars.last(seriesOf(record, traded), 1, close.closeTime);
      return openTime[0] === barTime ? closed(traded, barTime) : missing(traded, close.closeTime);
    }),
  );
}

async function fetchRows(
  rooms: TradingRooms,
  { record, venue }: OpenAccount,
  { close }: CloseRequest,
  { signal }: Running,
): Promise<Rows> {
  const { venues, candles, clock } = rooms;
  const client = await venues.client(record.venue);
  // The account's clock is the one by which its closes were planned; another may be off from it.
  const now = () => venue.now();
  const rows = new Map<string, SymbolResult<RefreshedBar>>();
  const wanted = new Map(close.symbols.map(traded => [traded.symbol, seriesOf(record, traded)]));
  const traded = [...wanted.values()];
  const wantedIds = new Set(traded.map(seriesId));
  const confirming = confirmationSeries(record, close.symbols, close.closeTime);
  // Of other venues the collection brings the bars.
  const leaders = (await rooms.leaders([...traded, ...confirming])).filter(
    ({ venue }) => venue === record.venue,
  );
  /** What answers are made of beside the symbols' own bars. */
  const beside = new Map(
    [...confirming, ...leaders]
      .filter(series => !wantedIds.has(seriesId(series)))
      .map(series => [seriesId(series), series]),
  );
  let deadline = clock.monotonicMs() + (close.deadline - (await now()));
  let hasCome = false;
  await pause(close.closeTime - (await now()), signal);
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const roundEnd = Math.min(deadline, clock.monotonicMs() + ASKED_MS);
    const left = () => Math.max(1, roundEnd - clock.monotonicMs());
    const lacked = [...wanted.values(), ...beside.values()];
    for (const fetched of await fetchRecent(candles, client, lacked, { signal }, left(), now)) {
      if (fetched.state === 'behind') await caughtUp(rooms, fetched.series, left(), signal);
      const { symbol, timeframe } = fetched.series;
      const own = wanted.get(symbol);
      const barTime = close.closeTime - TIMEFRAME_MS[timeframe];
      const isThere = fetched.state === 'stored' && fetched.lastTime >= barTime;
      if (own === undefined || seriesId(own) !== seriesId(fetched.series)) {
        if (isThere) beside.delete(seriesId(fetched.series));
      } else if (isThere) {
        rows.set(symbol, closed(own, barTime));
        wanted.delete(symbol);
      } else
        rows.set(
          symbol,
          fetched.state === 'failed' ? failed(symbol, fetched.error) : lacking(fetched, close.closeTime),
        );
    }
    if (!hasCome && wanted.size < close.symbols.length) {
      hasCome = true;
      deadline = Math.min(deadline, clock.monotonicMs() + LACKING_MS);
    }
    const isWhole = wanted.size === 0 && beside.size === 0;
    if (isWhole || clock.monotonicMs() + wait >= deadline) break;
    await pause(wait, signal);
  }
  return close.symbols.map(traded => rows.get(traded.symbol) ?? missing(traded, close.closeTime));
}

/** Nobody asked for longer than one answer of the venue holds; what does not come in time is gone on with at the next close. */
async function caughtUp(
  rooms: TradingRooms,
  series: Series,
  leftMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = AbortSignal.timeout(Math.ceil(leftMs));
  try {
    await catchUp(rooms, series, AbortSignal.any([signal, deadline]));
  } catch (error) {
    // The next question says of the symbol that it has no bar.
    if (!(error instanceof AlphaloomError || deadline.aborted) || signal.aborted) throw error;
  }
}

/** What a policy has its entries confirmed by closes now too. */
function confirmationSeries(
  record: OpenAccount['record'],
  symbols: readonly TradedSymbol[],
  closeTime: number,
): Series[] {
  const timeframe = record.policy.confirmation?.timeframe;
  if (timeframe === undefined || closeTime % TIMEFRAME_MS[timeframe] !== 0) return [];
  return symbols
    .filter(traded => traded.timeframe !== timeframe)
    .map(({ symbol }) => seriesOf(record, { symbol, timeframe }));
}

async function settled(
  rooms: TradingRooms,
  open: OpenAccount,
  { close }: CloseRequest,
  { signal }: Running,
): Promise<void> {
  const { account, mode, kind } = open.record;
  const { ledger } = rooms;
  const mayMove =
    ledger.openOrders(account).length > 0 || (kind === 'swap' && ledger.positions(account).length > 0);
  if (mode === 'paper' || !mayMove) return;
  // Late fills are for the watch: no close waits for them.
  const desk = rooms.desk(open, signal, null);
  const deadline = Math.min(close.deadline, desk.now() + BESIDE_MS);
  await briefly(desk, WAITED_MS, settleAccount(desk, { deadline, lateFills: [] }));
}

/** Stops and targets see the bars before anything new is decided. */
async function kept(
  rooms: TradingRooms,
  open: OpenAccount,
  { close }: CloseRequest,
  rows: Rows,
  { signal }: Running,
): Promise<void> {
  const { account } = open.record;
  const legs = rooms.ledger.openOrders(account).filter(({ leg }) => leg !== 'entry');
  const kept = new Set([...rooms.ledger.positions(account), ...legs].map(({ symbol }) => symbol));
  if (kept.size === 0) return;
  const closing = close.symbols.filter(({ symbol }) => kept.has(symbol));
  const bars = await Promise.all(
    closing.map(async traded => {
      const row = rows.find(({ symbol }) => symbol === traded.symbol);
      if (!row?.ok) return [];
      const { high, low } = await open.bars.last(seriesOf(open.record, traded), 1, close.closeTime);
      return [{ ...traded, barTime: row.value.barTime, high: high[0], low: low[0] }];
    }),
  );
  const desk = rooms.desk(open, signal, null);
  const deadline = Math.min(close.deadline, desk.now() + BESIDE_MS);
  await briefly(desk, WAITED_MS, keepPositions(desk, { bars: bars.flat(), deadline }));
}

/** A price band and a widest spread are about what the venue says now. */
async function quoted(
  rooms: TradingRooms,
  open: OpenAccount,
  row: SymbolResult<RefreshedBar>,
  { signal }: Running,
): Promise<SymbolResult<RefreshedBar>> {
  const { record, venue } = open;
  const { risk } = record.policy;
  const isAsked = risk?.priceBandBps !== undefined || risk?.maxSpreadBps !== undefined;
  if (record.mode === 'paper' || !isAsked || !row.ok) return row;
  const desk = rooms.desk(open, signal, null);
  const timed = until(desk, desk.now() + QUOTED_MS);
  try {
    const { bid, ask, last } = await asked(timed, venue.quote(row.symbol));
    const middle = (Number(bid) + Number(ask)) / 2;
    const spreadBps = ((Number(ask) - Number(bid)) / middle) * 10_000;
    return { ...row, value: { ...row.value, quote: { last: Number(last), spreadBps } } };
  } catch (error) {
    // Unknown is an answer of its own: the policy says what it does to an entry.
    if (error instanceof AlphaloomError) return row;
    throw error;
  }
}

function closed({ symbol }: Pick<TradedSymbol, 'symbol'>, barTime: number): SymbolResult<RefreshedBar> {
  return { symbol, ok: true, value: { barTime, quote: null } };
}

function lacking({ series }: { series: Series }, closeTime: number): SymbolResult<RefreshedBar> {
  return missing(series, closeTime);
}

function missing({ symbol, timeframe }: TradedSymbol, closeTime: number): SymbolResult<RefreshedBar> {
  const message = `${symbol} has no ${timeframe} bar that closed at ${new Date(closeTime).toISOString()}.`;
  return { symbol, ok: false, error: { code: 'CANDLES_STALE', message } };
}

function failed(symbol: string, { code, message }: AlphaloomError): SymbolResult<RefreshedBar> {
  return { symbol, ok: false, error: { code, message } };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal });
}
