import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { BacktestMarket, BacktestSetup } from '../../contracts/backtest.ts';
import { barsBefore, sliceCandles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { InferredClose } from '../../contracts/live-trading.ts';
import type { Market } from '../../contracts/market.ts';
import type { Prediction } from '../../contracts/prediction.ts';
import { type Series, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { TASK_CLASSES } from '../../contracts/tasks.ts';
import type { SymbolResult, TradedSymbol } from '../../contracts/trading.ts';
import { loadConfig } from '../../host/config.ts';
import { marketWithoutRules } from '../../host/trading/known-market.ts';
import { createTradingRooms, type OpenTradingRooms } from '../../host/trading/trading-rooms.ts';
import type { Lease, Ledger } from '../../trading/ledger/ledger.ts';
import { openSqliteLedger } from '../../trading/ledger/sqlite-ledger.ts';
import { temporaryHome } from './temporary-home.ts';

const VENUE = 'binance';

/** Accounts of one ledger that trade what setups of backtests hold: their bars as recorded, their signals as predictions. */
export interface PlayedSetups {
  readonly ledger: Ledger;
  /** Where its ledger lies. */
  readonly home: string;
  /** Makes an account that runs. @param timeframes of the markets in their order */
  account(name: string, setup: BacktestSetup, timeframes: readonly Timeframe[]): Promise<void>;
  /** What trades them, as a process has it that has just started: nothing is remembered but what was written. */
  trading(): Promise<OpenTradingRooms>;
}

/** An empty ledger in a folder of its own. */
export async function playedSetups(t: TestContext): Promise<PlayedSetups> {
  const home = await temporaryHome(t);
  const loaded = await loadConfig({ environment: {}, cwd: home, homeRoot: home });
  const ledger = await openSqliteLedger(join(home, 'ledger.sqlite'), {
    now: Date.now,
    process: { pid: process.pid, started: 'test' },
    isRunning: () => true,
  });
  t.after(() => ledger.close());
  const lease = await ledger.takeLease({ owner: 'test', now: Date.now(), takeOver: false });
  const setups = new Map<string, PlayedSetup>();
  return {
    ledger,
    home,
    async account(name, setup, timeframes) {
      setups.set(name, { setup, timeframes });
      await startAccount(ledger, lease, name, { setup, timeframes });
    },
    async trading() {
      const trading = createTradingRooms({
        rooms: {
          clock: { now: Date.now, monotonicMs: () => performance.now() },
          ...storesOf(setups),
        } as never,
        ledger,
        loaded,
        environment: {},
        log: pino({ level: 'silent' }),
        defaultLabels: { kind: 'triple-barrier', horizonBars: 1, upAtr: 1, downAtr: 1 },
        lease: () => lease,
      });
      return {
        ...trading,
        infer: async ({ record }, symbols, closeTime) =>
          symbols.map(symbol => inferred(setups.get(record.account)!, symbol, closeTime)),
      };
    },
  };
}

interface PlayedSetup {
  readonly setup: BacktestSetup;
  readonly timeframes: readonly Timeframe[];
}

async function startAccount(
  ledger: Ledger,
  lease: Lease,
  account: string,
  { setup, timeframes }: PlayedSetup,
): Promise<void> {
  const { markets, policy, costs, initialCash, fromTime, toTime } = setup;
  const by = { actor: 'test', now: fromTime };
  const shortest = Math.min(...timeframes.map(timeframe => TIMEFRAME_MS[timeframe]));
  await ledger.putAccount(
    lease,
    {
      account,
      mode: 'paper',
      // Each account has bars of its own, and the venue is a part of their name.
      venue: `${VENUE}-${account}`,
      kind: markets[0].kind,
      quote: quoteOf(markets[0].symbol),
      clock: { kind: 'replay', fromTime: fromTime + shortest - 1, toTime: toTime + shortest - 1 },
      symbols: markets.map(({ symbol }, at) => ({ symbol, timeframe: timeframes[at] })),
      policy,
      costs,
      capital: String(initialCash),
      iterations: null,
    },
    { ...by, operationId: `make ${account}` },
  );
  const started = { account, from: ['stopped'], to: 'running', reason: 'a test' } as const;
  await ledger.changeState({ ...started, operationId: `start ${account}`, ...by });
}

/** The parts of a home's rooms that a replay asks: bars and their markets. */
function storesOf(setups: ReadonlyMap<string, PlayedSetup>) {
  const found = ({ venue, symbol, timeframe }: Series): BacktestMarket => {
    const played = setups.get(venue.slice(VENUE.length + 1));
    const at = played?.setup.markets.findIndex(market => market.symbol === symbol) ?? -1;
    if (played !== undefined && at >= 0 && played.timeframes[at] === timeframe)
      return played.setup.markets[at];
    throw new AlphaloomError('CANDLES_NOT_FOUND', `There is no series ${venue}:${symbol}.`, {});
  };
  return {
    candles: {
      async read(series: Series) {
        return found(series).candles;
      },
      async describe(series: Series) {
        return { market: marketOf(series, found(series)) };
      },
    },
    venues: {},
    predictor: {},
  };
}

function marketOf({ venue }: Series, { symbol, kind, rules }: BacktestMarket): Market {
  const text = (step: number | null | undefined) => (step == null ? null : String(step));
  return {
    ...marketWithoutRules({ venue, kind }, symbol),
    tick: text(rules?.tick),
    lot: text(rules?.lot),
    minQuantity: text(rules?.minQuantity),
    maxQuantity: text(rules?.maxQuantity),
    minNotional: text(rules?.minNotional),
  };
}

function quoteOf(symbol: string): string {
  return symbol.endsWith('USDT') ? 'USDT' : 'USD';
}

function inferred(
  { setup: { markets, policy } }: PlayedSetup,
  { symbol, timeframe }: TradedSymbol,
  closeTime: number,
): SymbolResult<Omit<InferredClose, 'quote'>> {
  const { candles, signals, labels, confirmation } = markets.find(market => market.symbol === symbol)!;
  const openTime = closeTime - TIMEFRAME_MS[timeframe];
  const row = barsBefore(candles, openTime);
  if (candles.openTime[row] !== openTime)
    return { symbol, ok: false, error: { code: 'CANDLES_STALE', message: 'There is no bar.' } };
  const { open, high, low, close, volume } = sliceCandles(candles, row, row + 1);
  const volatility = signals.volatility[row];
  const direction = TASK_CLASSES.direction3[signals.direction[row]] ?? null;
  const confidence = direction === null ? 0 : (signals.confidence?.[row] ?? 1);
  const wanted = policy.confirmation;
  const at =
    wanted === undefined
      ? -1
      : (confirmation?.closeTime.indexOf(lastClose(wanted.timeframe, closeTime)) ?? -1);
  const confirmed = TASK_CLASSES.direction3[confirmation?.direction[at] ?? -1];
  return {
    symbol,
    ok: true,
    value: {
      timeframe,
      barTime: openTime,
      prediction: predicted(symbol, timeframe, direction, confidence),
      bar: { openTime, open: open[0], high: high[0], low: low[0], close: close[0], volume: volume[0] },
      volatility: Number.isNaN(volatility) ? null : volatility,
      labels,
      confirmation: confirmed === undefined ? null : { direction: confirmed, confidence: 0.5 },
    },
  };
}

function lastClose(timeframe: Timeframe, closeTime: number): number {
  return Math.floor(closeTime / TIMEFRAME_MS[timeframe]) * TIMEFRAME_MS[timeframe];
}

function predicted(
  symbol: string,
  timeframe: Timeframe,
  direction: Prediction['direction'] | null,
  confidence: number,
): Prediction {
  return {
    symbol,
    venue: VENUE,
    timeframe,
    direction: direction ?? 'NO_TRADE',
    confidence,
    probabilities: { LONG: 0, SHORT: 0, NO_TRADE: 0 },
    source: direction === null ? 'HOLD' : 'ML_PER_COIN_V1',
    reasons: [],
    model_version: null,
    tradable: true,
    model_metrics: null,
    model_accuracy: null,
    entry: 1,
    stop_loss: 1,
    take_profits: { tp1: 1, tp2: 1, tp3: 1 },
    levels_side: 'LONG',
    tp_eta_minutes: 0,
    bar_time: '2024-01-01T00:00:00.000Z',
    valid_until: '2024-01-01T00:00:00.000Z',
    stale: false,
    latency_ms: 0,
  };
}
