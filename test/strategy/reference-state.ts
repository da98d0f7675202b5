import type { BacktestMarket, ExitReason, Trade, TradingRules } from '../../contracts/backtest.ts';
import { type Decimal, decimal, ZERO } from './reference-numbers.ts';

/** 1 LONG, −1 SHORT. */
export type Sign = 1 | -1;

export interface PendingEntry {
  readonly side: Sign;
  /** Null: at market. */
  readonly limit: Decimal | null;
  readonly signalBar: number;
  /** Last bar in which it may fill. */
  readonly lastBar: number;
  remaining: Decimal;
  hasFilled: boolean;
}

export interface RestingTarget {
  readonly level: Decimal;
  remaining: Decimal;
  /** Bar in which it last took its share of the volume. */
  filledBar: number;
}

export interface OpenPosition {
  readonly side: Sign;
  readonly signalBar: number;
  readonly entryBar: number;
  /** Base that is held, without sign. */
  size: Decimal;
  /** Of the entry's fills: quantity before fees in base, and times the shown and the paid price. */
  entered: { quantity: Decimal; shown: Decimal; paid: Decimal };
  received: Decimal;
  exited: { quantity: Decimal; paid: Decimal; count: number };
  /** What came in less what went out, in quote, fees and funding included. */
  cashFlow: Decimal;
  costs: { fees: Decimal; spread: Decimal; slippage: Decimal; funding: Decimal };
  stop: Decimal | null;
  trailing: Decimal | null;
  /** Best price of its bars; null before there is one that counts. */
  best: Decimal | null;
  targets: RestingTarget[];
  /** Why all that is left is on its way out; null while it rests. */
  leaving: ExitReason | null;
  /** Bar in which a limit entry last filled. */
  limitBar: number;
}

/** One symbol as the reference walks through its bars. */
export class ReferenceSymbol {
  readonly market: BacktestMarket;
  /** Bar that is open now; null where the symbol has none at this time. */
  bar: number | null = null;
  /** Newest bar that was seen. */
  newestBar = -1;
  lastClose: Decimal = ZERO;
  position: OpenPosition | null = null;
  entry: PendingEntry | null = null;
  readonly #barAt = new Map<number, number>();

  constructor(market: BacktestMarket, fromTime: number, toTime: number) {
    this.market = market;
    market.candles.openTime.forEach((time, bar) => {
      if (time < fromTime || time >= toTime) return;
      this.#barAt.set(time, bar);
    });
  }

  times(): Iterable<number> {
    return this.#barAt.keys();
  }

  openBar(time: number): void {
    this.bar = this.#barAt.get(time) ?? null;
    if (this.bar !== null) this.newestBar = this.bar;
  }

  price(column: 'open' | 'high' | 'low' | 'close' | 'volume'): Decimal {
    return decimal(this.market.candles[column][this.newestBar]);
  }

  /** Price at which it is marked before this bar's close. */
  openMark(): Decimal {
    return this.bar === null ? this.lastClose : this.price('open');
  }

  /** Of this bar, for a side; the last close where there is no bar. */
  worstMark(side: Sign): Decimal {
    if (this.bar === null) return this.lastClose;
    return this.price(side === 1 ? 'low' : 'high');
  }

  rules(): TradingRules {
    return this.market.rules ?? { tick: null, lot: null, minQuantity: null, minNotional: null };
  }
}

/** A position that ended, as a trade. `grossPnl` is what makes the identity with the money hold. */
export function tradeOf(
  symbol: ReferenceSymbol,
  position: OpenPosition,
  exitReason: ExitReason,
  lastFill: Decimal,
  forgiven: Decimal,
): Trade {
  const { entered, exited, costs } = position;
  const net = position.cashFlow.plus(forgiven);
  const gross = net.plus(costs.fees).plus(costs.spread).plus(costs.slippage).plus(costs.funding);
  const { openTime } = symbol.market.candles;
  return {
    symbol: symbol.market.symbol,
    side: position.side === 1 ? 'LONG' : 'SHORT',
    signalBar: position.signalBar,
    entryBar: position.entryBar,
    exitBar: symbol.newestBar,
    entryTime: openTime[position.entryBar],
    exitTime: openTime[symbol.newestBar],
    quantity: entered.quantity.toNumber(),
    entryPrice: entered.paid.div(entered.quantity).toNumber(),
    exitPrice: (exited.quantity.isZero() ? lastFill : exited.paid.div(exited.quantity)).toNumber(),
    exits: exited.count,
    exitReason,
    barsHeld: symbol.newestBar - position.entryBar + 1,
    grossPnl: gross.toNumber(),
    costs: {
      fees: costs.fees.toNumber(),
      spread: costs.spread.toNumber(),
      slippage: costs.slippage.toNumber(),
      funding: costs.funding.toNumber(),
    },
    netPnl: net.toNumber(),
    grossReturn: gross.div(entered.shown).toNumber(),
    netReturn: net.div(entered.shown).toNumber(),
  };
}
