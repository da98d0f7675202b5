import type { TradeSide } from '../../contracts/backtest.ts';

/** A position of an episode's account. Prices as the market showed them. */
export interface EpisodePosition {
  readonly side: TradeSide;
  readonly entryBar: number;
  readonly entryPrice: number;
  /** Its notional at the entry, as a share of the equity. */
  readonly share: number;
  readonly stop: number;
  readonly target: number;
  /** Bar at whose close it ends if no level was touched: the signal's + H. */
  readonly lastBar: number;
}

const ACCOUNT = ['bar', 'episode', 'steps', 'realized', 'equity'] as const;
const POSITION = [
  'side',
  'entryBar',
  'entryPrice',
  'share',
  'stop',
  'target',
  'lastBar',
  'openReturn',
  'bestReturn',
] as const;
const FIELDS = [...ACCOUNT, ...POSITION];
type Field = (typeof FIELDS)[number];

/**
 * The state of many accounts, a column per number, all in one array that can be kept and put back. `side` is 1 long,
 * −1 short, 0 flat; equity starts at 1; the rest of a position is of no meaning while flat, its returns 0.
 */
export class AccountStates {
  /** `[fields, count]`. */
  readonly values: Float64Array;
  readonly of: Readonly<Record<Field, Float64Array>>;
  /** Filled anew by each call of `position`, so that none is made in a step. */
  readonly #position: { -readonly [Key in keyof EpisodePosition]: EpisodePosition[Key] };

  constructor(count: number) {
    const values = new Float64Array(FIELDS.length * count);
    const columns = FIELDS.map((field, at) => [field, values.subarray(at * count, (at + 1) * count)]);
    this.values = values;
    this.of = Object.fromEntries(columns) as Record<Field, Float64Array>;
    this.#position = { side: 'LONG', entryBar: 0, entryPrice: 0, share: 0, stop: 0, target: 0, lastBar: 0 };
  }

  /** A flat account of equity 1 at the close of a bar. */
  begin(i: number, episode: number, bar: number): void {
    const { of } = this;
    of.episode[i] = episode;
    of.bar[i] = bar;
    of.steps[i] = 0;
    of.realized[i] = 1;
    of.equity[i] = 1;
    this.#flatten(i);
  }

  enter(i: number, { side, entryBar, entryPrice, share, stop, target, lastBar }: EpisodePosition): void {
    const { of } = this;
    of.side[i] = side === 'LONG' ? 1 : -1;
    of.entryBar[i] = entryBar;
    of.entryPrice[i] = entryPrice;
    of.share[i] = share;
    of.stop[i] = stop;
    of.target[i] = target;
    of.lastBar[i] = lastBar;
    of.bestReturn[i] = Number.NEGATIVE_INFINITY;
  }

  /** The position was closed with this net return; a loss beyond everything leaves 0. */
  leave(i: number, netReturn: number): void {
    this.of.realized[i] *= Math.max(0, 1 + this.of.share[i] * netReturn);
    this.#flatten(i);
  }

  /** What the open position would return if closed now. */
  mark(i: number, openReturn: number): void {
    const { of } = this;
    of.openReturn[i] = openReturn;
    if (openReturn > of.bestReturn[i]) of.bestReturn[i] = openReturn;
  }

  /** The open position; valid until the next call. */
  position(i: number): EpisodePosition {
    const { of } = this;
    const position = this.#position;
    position.side = of.side[i] > 0 ? 'LONG' : 'SHORT';
    position.entryBar = of.entryBar[i];
    position.entryPrice = of.entryPrice[i];
    position.share = of.share[i];
    position.stop = of.stop[i];
    position.target = of.target[i];
    position.lastBar = of.lastBar[i];
    return position;
  }

  #flatten(i: number): void {
    this.of.side[i] = 0;
    this.of.openReturn[i] = 0;
    this.of.bestReturn[i] = 0;
  }
}
