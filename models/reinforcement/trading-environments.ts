import type { Trade, TradeSide } from '../../contracts/backtest.ts';
import type { Candles } from '../../contracts/candles.ts';
import { AS_LABELLED } from '../../contracts/policy.ts';
import type { CostSpec, LabelSpec } from '../../contracts/recipe.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { LONG } from '../../contracts/tasks.ts';
import { grossReturn, TradeCosts } from '../../strategy/costs.ts';
import { type OnOpposite, onOppositeOf, type Response, respond } from '../../strategy/decide.ts';
import { exitPlan, knowsLevels } from '../../strategy/entry-plan.ts';
import { levelPrice, NEVER_ABOVE, NEVER_BELOW, reachesStop, reachesTarget } from '../../strategy/levels.ts';
import { AccountStates, type EpisodePosition } from './account-states.ts';
import { ACTION_DIRECTION } from './actions.ts';
import { PORTFOLIO_SIZE } from './portfolio-state.ts';

/** What the environments trade on; no bar beyond these can be seen or filled at. */
export interface TradingMarket {
  readonly candles: Candles;
  /** Volatility per bar that barriers are counted in, NaN in its warm-up. */
  readonly volatility: Float64Array;
  readonly labels: LabelSpec;
  readonly costs: CostSpec;
  readonly market: MarketKind;
}

export interface Episodes {
  /** Bars at whose close an episode may begin. */
  readonly starts: Int32Array;
  /** Steps after which an episode is cut; the end of the bars cuts it too. */
  readonly maxSteps: number;
  /** Share of the first equity at or below which the account is ruined. */
  readonly ruinEquity: number;
  /** A uniform number in [0, 1) for the given episode of an environment, always the same. */
  readonly draw: (environment: number, episode: number) => number;
}

/** A closed position of an episode. Prices as the market showed them. */
export interface EpisodeTrade
  extends Pick<Trade, 'side' | 'entryBar' | 'exitBar' | 'exitReason' | 'grossReturn' | 'netReturn'> {
  readonly entryPrice: number;
  readonly exitPrice: number;
}

type Exit = Pick<EpisodeTrade, 'exitPrice' | 'exitReason'>;

export type OnTrade = (environment: number, trade: EpisodeTrade) => void;
/** `logReturn` is the logarithm of the episode's last equity over its first. */
export type OnEpisode = (environment: number, steps: number, logReturn: number) => void;

/** A loss of everything counts as a fall to this share of the first equity: its logarithm must be a number. */
const LEAST_EQUITY = 0.01;

/**
 * Accounts that trade the same market at once, each on its own episode. An action at the close of bar t is decided,
 * filled at the open of t + 1, matched and charged as `strategy/backtest` does it where costs don't grow with size, so an
 * episode's trades are those of a backtest of the same directions. The reward is the change of the logarithm of the account's equity from the close of t
 * to that of t + 1, equity being marked as if the open position were closed there, after all costs.
 *
 * An episode is *terminated* by ruin, after which nothing more is to be earned, and *truncated* by its length or the end of
 * the bars, where it could have gone on. Either begins the next one at once. Arrays are reused from step to step; a step
 * allocates nothing unless a trade begins or ends. O(count) a step.
 */
export class TradingEnvironments {
  readonly count: number;
  /** Reward of the last step, natural logarithm. */
  readonly reward: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** What the next action is to be chosen on: the closed bar, and the portfolio `[count, PORTFOLIO_SIZE]`. */
  readonly bar: Int32Array;
  readonly portfolio: Float32Array;
  /** Whether the next action can change anything: an open position on a swap market lives by its levels alone. */
  readonly decisive: Uint8Array;
  /** The same of the last step's end, also where an episode ended there and the next one began. */
  readonly reachedBar: Int32Array;
  readonly reachedPortfolio: Float32Array;

  readonly #market: TradingMarket;
  readonly #episodes: Episodes;
  readonly #costs: TradeCosts;
  readonly #onOpposite: OnOpposite;
  readonly #lastBar: number;
  readonly #accounts: AccountStates;
  readonly #onTrade: OnTrade;
  readonly #onEpisode: OnEpisode;

  constructor(
    market: TradingMarket,
    episodes: Episodes,
    count: number,
    onTrade: OnTrade,
    onEpisode: OnEpisode,
  ) {
    this.count = count;
    this.reward = new Float64Array(count);
    this.terminated = new Uint8Array(count);
    this.truncated = new Uint8Array(count);
    this.bar = new Int32Array(count);
    this.portfolio = new Float32Array(count * PORTFOLIO_SIZE);
    this.decisive = new Uint8Array(count);
    this.reachedBar = new Int32Array(count);
    this.reachedPortfolio = new Float32Array(count * PORTFOLIO_SIZE);
    this.#market = market;
    this.#episodes = episodes;
    this.#costs = new TradeCosts(market.costs, market.market);
    this.#onOpposite = onOppositeOf(AS_LABELLED, market.market);
    this.#lastBar = market.candles.close.length - 1;
    this.#accounts = new AccountStates(count);
    this.#onTrade = onTrade;
    this.#onEpisode = onEpisode;
    for (let i = 0; i < count; i++) this.#begin(i, 0);
  }

  /** Every account's state as numbers, to go on from elsewhere. */
  state(): Float64Array {
    return this.#accounts.values.slice();
  }

  restore(state: Float64Array): void {
    this.#accounts.values.set(state);
    for (let i = 0; i < this.count; i++) this.#show(i);
  }

  /** @param actions an index into ACTIONS per environment */
  step(actions: Uint8Array): void {
    for (let i = 0; i < this.count; i++) this.#step(i, actions[i]);
  }

  #step(i: number, action: number): void {
    const { bar, realized, equity, share } = this.#accounts.of;
    const { close } = this.#market.candles;
    const next = bar[i] + 1;
    const side = ACTION_DIRECTION[action] === LONG ? 'LONG' : 'SHORT';
    this.#fill(i, next, this.#wish(i, bar[i], action), side);
    bar[i] = next;
    const open = this.#openReturn(i, close[next]);
    this.#accounts.mark(i, open);
    const marked = Math.max(LEAST_EQUITY, realized[i] * Math.max(0, 1 + share[i] * open));
    this.reward[i] = Math.log(marked / equity[i]);
    equity[i] = marked;
    this.#finish(i);
  }

  #wish(i: number, bar: number, action: number): Response {
    const { labels, market, volatility } = this.#market;
    const side = this.#accounts.of.side[i];
    if (side === 0 && !knowsLevels(AS_LABELLED, labels, volatility[bar])) return 'nothing';
    return respond(ACTION_DIRECTION[action], side, market, this.#onOpposite);
  }

  /** Orders at the bar's open, then levels within it, then the time limit at its close: the backtest's order. */
  #fill(i: number, bar: number, wish: Response, side: TradeSide): void {
    const { open, close } = this.#market.candles;
    let exit: Exit | null = null;
    if (wish === 'open') this.#enter(i, bar, side);
    else if (wish === 'opposite') exit = { exitPrice: open[bar], exitReason: 'signal' };
    if (this.#accounts.of.side[i] === 0) return;
    const position = this.#accounts.position(i);
    exit ??= this.#touched(position, bar);
    if (exit === null && bar === position.lastBar) exit = { exitPrice: close[bar], exitReason: 'time' };
    if (exit !== null) this.#leave(i, bar, position, exit);
  }

  #enter(i: number, bar: number, side: TradeSide): void {
    const { candles, volatility, labels } = this.#market;
    const sign = side === 'LONG' ? 1 : -1;
    const entryPrice = candles.open[bar];
    const plan = exitPlan(AS_LABELLED, side, { market: { labels }, volatility: volatility[bar - 1] })!;
    const [target] = plan.targets;
    const stopAt = plan.stop && levelPrice(entryPrice, -sign, plan.stop, null);
    const targetAt = target && levelPrice(entryPrice, sign, target.distance, null);
    if ((stopAt ?? 1) <= 0 || (targetAt ?? 1) <= 0) return;
    this.#accounts.enter(i, {
      side,
      entryBar: bar,
      entryPrice,
      share: this.#costs.entryShare(side, candles.close[bar - 1], entryPrice),
      stop: stopAt ?? (sign > 0 ? NEVER_BELOW : NEVER_ABOVE),
      target: targetAt ?? (sign > 0 ? NEVER_ABOVE : NEVER_BELOW),
      lastBar: bar - 1 + labels.horizonBars,
    });
  }

  /** A level that the open has jumped over fills there, else at its price; the stop first. */
  #touched({ side, stop, target }: EpisodePosition, bar: number): Exit | null {
    const { open, high, low } = this.#market.candles;
    const sign = side === 'LONG' ? 1 : -1;
    const [worst, best] = sign > 0 ? [low[bar], high[bar]] : [high[bar], low[bar]];
    if (reachesStop(sign, stop, open[bar])) return { exitPrice: open[bar], exitReason: 'stop' };
    if (reachesTarget(sign, target, open[bar])) return { exitPrice: open[bar], exitReason: 'target' };
    if (reachesStop(sign, stop, worst)) return { exitPrice: stop, exitReason: 'stop' };
    return reachesTarget(sign, target, best) ? { exitPrice: target, exitReason: 'target' } : null;
  }

  #leave(i: number, bar: number, position: EpisodePosition, { exitPrice, exitReason }: Exit): void {
    const { side, entryBar, entryPrice } = position;
    const net = this.#costs.netReturn(side, entryPrice, exitPrice, exitReason === 'target');
    this.#accounts.leave(i, net);
    this.#onTrade(i, {
      side,
      entryBar,
      exitBar: bar,
      entryPrice,
      exitPrice,
      exitReason,
      grossReturn: grossReturn(side, entryPrice, exitPrice),
      netReturn: net,
    });
  }

  /** What the open position would return if closed at this price; 0 without one. */
  #openReturn(i: number, price: number): number {
    const { side, entryPrice } = this.#accounts.of;
    if (side[i] === 0) return 0;
    return this.#costs.netReturn(side[i] > 0 ? 'LONG' : 'SHORT', entryPrice[i], price, false);
  }

  #finish(i: number): void {
    const { bar, steps, equity, episode } = this.#accounts.of;
    const { maxSteps, ruinEquity } = this.#episodes;
    steps[i] += 1;
    const ruined = equity[i] <= ruinEquity;
    const cut = !ruined && (steps[i] >= maxSteps || bar[i] === this.#lastBar);
    this.terminated[i] = ruined ? 1 : 0;
    this.truncated[i] = cut ? 1 : 0;
    this.#show(i);
    this.reachedBar[i] = bar[i];
    const from = i * PORTFOLIO_SIZE;
    for (let at = from; at < from + PORTFOLIO_SIZE; at++) this.reachedPortfolio[at] = this.portfolio[at];
    if (!ruined && !cut) return;
    this.#onEpisode(i, steps[i], Math.log(equity[i]));
    this.#begin(i, episode[i] + 1);
  }

  #begin(i: number, episode: number): void {
    const { starts, draw } = this.#episodes;
    const start = starts[Math.floor(draw(i, episode) * starts.length)];
    this.#accounts.begin(i, episode, start);
    this.#show(i);
  }

  /** Writes what is to be seen of an account. */
  #show(i: number): void {
    const { bar, side, openReturn, entryBar, bestReturn } = this.#accounts.of;
    const { labels, market } = this.#market;
    const isFlat = side[i] === 0;
    const from = i * PORTFOLIO_SIZE;
    this.bar[i] = bar[i];
    this.decisive[i] = isFlat || (side[i] > 0 && market === 'spot') ? 1 : 0;
    this.portfolio[from] = side[i];
    this.portfolio[from + 1] = openReturn[i];
    this.portfolio[from + 2] = isFlat ? 0 : (bar[i] - entryBar[i] + 1) / labels.horizonBars;
    this.portfolio[from + 3] = isFlat ? 0 : bestReturn[i] - openReturn[i];
  }
}
