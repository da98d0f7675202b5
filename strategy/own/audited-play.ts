import type { BacktestMarket, BacktestResult, BacktestSetup, Signals } from '../../contracts/backtest.ts';
import type { PlayedStrategy } from '../../contracts/backtest-document.ts';
import { barsBefore, sliceCandles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { ClosedBar, Decide, Intent } from '../../contracts/intents.ts';
import { backtest } from '../backtest.ts';
import { invalidStrategy, type OwnStrategy } from './own-strategy.ts';

export interface AuditedPlay {
  readonly result: BacktestResult;
  readonly audit: PlayedStrategy['audit'];
}

/** What was decided, as JSON, by symbol and bar. */
type Decisions = Map<string, string[]>;

/**
 * Plays a user's strategy and audits it on the very bars that it trades. A third of the decisions is asked for again of a second
 * run of the same file, which was asked nothing of what lies between: whatever is remembered outside `decide`, the clock
 * or chance shows there. Then the bars are cut off at `cuts` places, and every decision before a cut must be the same.
 * @throws AlphaloomError STRATEGY_INVALID where it is not pure or fails, STRATEGY_LEAKS where a cut changed a decision
 *   before it; both name the bar and what differed
 */
export async function playOwnStrategy(
  setup: BacktestSetup,
  strategy: OwnStrategy,
  cuts: number,
): Promise<AuditedPlay> {
  const decisions: Decisions = new Map();
  const repetition = { count: 0 };
  const result = backtest(
    setup,
    recording(await strategy.anew(), await strategy.anew(), decisions, strategy, repetition),
  );
  const cutTimes = placesOf(setup, cuts);
  for (const cutTime of cutTimes) {
    const cut = cutOff(setup, cutTime);
    backtest(cut, comparing(await strategy.anew(), decisions, lastTimeOf(cut), strategy));
  }
  return { result, audit: { cuts: cutTimes.length, repeated: repetition.count } };
}

function recording(
  decide: Decide,
  again: Decide,
  decisions: Decisions,
  { file }: OwnStrategy,
  repetition: { count: number },
): Decide {
  return (prediction, portfolio, policy, bar) => {
    const intents = decide(prediction, portfolio, policy, bar);
    const said = textOf(intents);
    if (isAskedAgain(bar.bar)) {
      repetition.count++;
      const repeated = textOf(again(prediction, portfolio, policy, bar));
      if (repeated !== said) throw impure(file, bar, said, repeated);
    }
    listOf(decisions, bar.market.symbol)[bar.bar] = said;
    return intents;
  };
}

/** The last bar of a cut is left out: what is open leaves there, so its decision is another. */
function comparing(decide: Decide, decisions: Decisions, lastTime: number, { file }: OwnStrategy): Decide {
  return (prediction, portfolio, policy, bar) => {
    const intents = decide(prediction, portfolio, policy, bar);
    const before = listOf(decisions, bar.market.symbol)[bar.bar];
    const said = textOf(intents);
    if (bar.openTime < lastTime && said !== before) throw leak(file, bar, lastTime, before, said);
    return intents;
  };
}

/** Multiples of the golden ratio spread evenly, and in no step with anything that a strategy may count. */
function isAskedAgain(bar: number): boolean {
  return (bar * 0.618_033_988_749_895) % 1 < 1 / 3;
}

function textOf(intents: readonly Intent[]): string {
  return JSON.stringify(intents);
}

function listOf(decisions: Decisions, symbol: string): string[] {
  const known = decisions.get(symbol);
  if (known) return known;
  const list: string[] = [];
  decisions.set(symbol, list);
  return list;
}

/** Open times at which bars are cut off, evenly spread over the range; fewer where it has fewer bars. */
function placesOf({ markets, fromTime, toTime }: BacktestSetup, cuts: number): number[] {
  const { openTime } = markets[0].candles;
  const first = barsBefore(markets[0].candles, fromTime);
  const bars = barsBefore(markets[0].candles, toTime) - first;
  const times = new Set<number>();
  for (let cut = 1; cut <= cuts; cut++) {
    const bar = first + Math.floor((cut * bars) / (cuts + 1));
    if (bar > first) times.add(openTime[bar]);
  }
  return [...times];
}

/** The same backtest in a world that ends before `cutTime`. */
function cutOff(setup: BacktestSetup, cutTime: number): BacktestSetup {
  const markets = setup.markets
    .map(market => cutMarket(market, cutTime))
    .filter(({ candles }) => candles.openTime.length > 0);
  return { ...setup, markets, toTime: cutTime };
}

function cutMarket(market: BacktestMarket, cutTime: number): BacktestMarket {
  const bars = barsBefore(market.candles, cutTime);
  const { direction, confidence, volatility } = market.signals;
  const signals: Signals = {
    direction: direction.subarray(0, bars),
    ...(confidence && { confidence: confidence.subarray(0, bars) }),
    volatility: volatility.subarray(0, bars),
  };
  return { ...market, candles: sliceCandles(market.candles, 0, bars), signals };
}

function lastTimeOf({ markets }: BacktestSetup): number {
  return Math.max(...markets.map(({ candles }) => candles.openTime.at(-1)!));
}

function impure(file: string, bar: ClosedBar, said: string, repeated: string): AlphaloomError {
  const { symbol } = bar.market;
  return invalidStrategy(
    file,
    `decide is not pure: at ${symbol}’s bar of ${timeOf(bar)} it answered ${shown(said)}, and run anew with the same arguments ${shown(repeated)}. Let it remember nothing outside its arguments, and read neither clock nor chance`,
    { symbol, bar: bar.bar, openTime: bar.openTime, said, repeated },
  );
}

function leak(
  file: string,
  bar: ClosedBar,
  lastTime: number,
  before: string | undefined,
  said: string,
): AlphaloomError {
  const { symbol } = bar.market;
  return new AlphaloomError(
    'STRATEGY_LEAKS',
    `${file}: at ${symbol}’s bar of ${timeOf(bar)} it decided ${shown(before ?? 'nothing')}, and ${shown(said)} where the bars end at ${new Date(lastTime).toISOString()}: it knows what comes later.`,
    { file, symbol, bar: bar.bar, openTime: bar.openTime, whole: before ?? null, cut: said, lastTime },
  );
}

function timeOf({ openTime }: ClosedBar): string {
  return new Date(openTime).toISOString();
}

function shown(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
