import type { BacktestResult, BacktestSetup } from '../../contracts/backtest.ts';
import { barsBefore } from '../../contracts/candles.ts';
import type { ClosedSymbol } from '../../contracts/close-decision.ts';
import type { Fill } from '../../contracts/fill.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { playVersions } from '../../evaluation/version-backtest/play-versions.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { loadConfig } from '../../host/config.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../../host/recipes.ts';
import { decideClose } from '../../strategy/decide-close.ts';
import { floorTo, gridOf } from '../../strategy/grid.ts';
import { Simulation } from '../../strategy/simulation.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';

/** A backtest of what an account traded, with what it does not tell: every order and every fill. */
export interface BacktestStory {
  readonly result: BacktestResult;
  readonly setup: BacktestSetup;
  /** `symbol barTime entry|exit side quantity price`. */
  readonly orders: readonly string[];
  readonly fills: readonly Fill[];
  /** Equity at each close, before anything leaves at the end of the range. */
  readonly equity: readonly number[];
}

/** The champions' backtest of an account's symbols, policy and costs on the bars that it played. */
export async function backtestOf(rooms: OpenRooms, record: AccountRecord): Promise<BacktestStory> {
  if (record.clock.kind !== 'replay') throw new Error('Only recorded bars can be played again.');
  const loaded = await loadConfig({ environment: {}, cwd: rooms.home, homeRoot: rooms.home });
  const barMs = TIMEFRAME_MS[record.symbols[0].timeframe];
  const { setup, result } = await playVersions(
    rooms,
    {
      strategy: null,
      defaultRecipe: await loadConfiguredRecipe(loaded, DEFAULT_RECIPE),
      alphaloom: 'test',
      policy: record.policy,
      markets: record.symbols.map(symbol => ({
        series: { venue: record.venue, ...symbol },
        model: { kind: 'champion' },
        funding: null,
      })),
      initialCash: Number(record.capital),
      // Bars whose close lies in (fromTime, toTime].
      fromTime: record.clock.fromTime - barMs + 1,
      toTime: record.clock.toTime - barMs + 1,
      costs: record.costs,
      allowSeen: true,
      ignoreAge: false,
    },
    () => {},
  );
  return { result, setup, ...stepped(setup, barMs) };
}

/** What an order to leave asks for: all that is held, as far as the lot reaches. */
function onLot({ bar, position }: ClosedSymbol): number {
  return floorTo(gridOf(bar.market.rules?.lot ?? null), position!.quantity);
}

/** The same bar by bar: `test/strategy/stepping.test.ts` proves it equal to the backtest. */
export function stepped(
  setup: BacktestSetup,
  barMs: number,
): Pick<BacktestStory, 'orders' | 'fills' | 'equity'> {
  const simulation = new Simulation(setup, null);
  const orders: string[] = [];
  const fills: Fill[] = [];
  const equity: number[] = [];
  const first = Math.ceil(setup.fromTime / barMs) * barMs;
  for (let time = first; time < setup.toTime; time += barMs) {
    const feeds = setup.markets.map(({ candles, signals, funding, confirmation }) => {
      const from = barsBefore(candles, time);
      const to = barsBefore(candles, time + barMs);
      return { candles, signals, funding, ...(confirmation && { confirmation }), from, to, firstBar: 0 };
    });
    const { lines } = simulation.match(feeds, fill => fills.push(fill));
    if (lines.equity.length === 0) continue;
    equity.push(lines.equity[0]);
    const input = simulation.closeInput();
    for (const { symbol, intents } of decideClose(input)) {
      const closed = input.symbols.find(({ bar }) => bar.market.symbol === symbol)!;
      for (const intent of intents) {
        if (intent.kind === 'enter') {
          const price = intent.order.kind === 'limit' ? intent.order.price : null;
          orders.push(`${symbol} ${time} entry ${intent.side} ${intent.quantity} ${price}`);
        }
        if (intent.kind === 'exit' && closed.position !== null && !closed.position.leaving)
          orders.push(`${symbol} ${time} exit ${closed.position.side} ${onLot(closed)} null`);
      }
      simulation.apply(symbol, intents);
    }
  }
  return { orders, fills, equity };
}
