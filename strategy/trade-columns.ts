import type { Trade } from '../contracts/backtest.ts';
import { EXIT_REASONS } from './exit-reasons.ts';
import { grossPnl, type Position } from './position.ts';

const FIELDS = [
  'symbol',
  'side',
  'signalBar',
  'entryBar',
  'exitBar',
  'entryTime',
  'exitTime',
  'quantity',
  'entryPrice',
  'exitPrice',
  'exits',
  'reason',
  'grossPnl',
  'fees',
  'spread',
  'slippage',
  'funding',
  'notional',
] as const;
type Field = (typeof FIELDS)[number];
const AT = Object.fromEntries(FIELDS.map((field, at) => [field, at])) as Record<Field, number>;
const WIDTH = FIELDS.length;
const BLOCK_ROWS = 1_024;

/** Closed trades row by row in blocks: an object per trade costs more than playing it. */
export class TradeColumns {
  #blocks: Float64Array[] = [];
  #count = 0;

  /** @param symbol the market's index */
  add(symbol: number, position: Position): void {
    const at = this.#count % BLOCK_ROWS;
    if (at === 0) this.#blocks.push(new Float64Array(BLOCK_ROWS * WIDTH));
    const rows = this.#blocks[this.#blocks.length - 1];
    const from = at * WIDTH;
    rows[from] = symbol;
    rows[from + 1] = position.side;
    rows[from + 2] = position.signalBar;
    rows[from + 3] = position.entryBar;
    rows[from + 4] = position.exitBar;
    rows[from + 5] = position.entryTime;
    rows[from + 6] = position.exitTime;
    rows[from + 7] = position.entered;
    rows[from + 8] = position.paidPrice;
    rows[from + 9] = position.exitPrice;
    rows[from + 10] = position.exits;
    rows[from + 11] = position.reason;
    rows[from + 12] = grossPnl(position);
    rows[from + 13] = position.fees;
    rows[from + 14] = position.spread;
    rows[from + 15] = position.slippage;
    rows[from + 16] = position.funding;
    rows[from + 17] = position.enteredShown;
    this.#count++;
  }

  /** All of them as objects; none are left. @param symbols by the market's index */
  take(symbols: readonly string[]): Trade[] {
    const trades = Array.from({ length: this.#count }, (_, at) => this.#trade(at, symbols));
    this.#blocks = [];
    this.#count = 0;
    return trades;
  }

  #trade(at: number, symbols: readonly string[]): Trade {
    const rows = this.#blocks[Math.floor(at / BLOCK_ROWS)];
    const from = (at % BLOCK_ROWS) * WIDTH;
    const of = (field: Field) => rows[from + AT[field]];
    const [fees, spread, slippage, funding] = [of('fees'), of('spread'), of('slippage'), of('funding')];
    const gross = of('grossPnl');
    const netPnl = gross - fees - spread - slippage - funding;
    const notional = of('notional');
    return {
      symbol: symbols[of('symbol')],
      side: of('side') > 0 ? 'LONG' : 'SHORT',
      signalBar: of('signalBar'),
      entryBar: of('entryBar'),
      exitBar: of('exitBar'),
      entryTime: of('entryTime'),
      exitTime: of('exitTime'),
      quantity: of('quantity'),
      entryPrice: of('entryPrice'),
      exitPrice: of('exitPrice'),
      exits: of('exits'),
      exitReason: EXIT_REASONS[of('reason')]!,
      barsHeld: of('exitBar') - of('entryBar') + 1,
      grossPnl: gross,
      costs: { fees, spread, slippage, funding },
      netPnl,
      grossReturn: gross / notional,
      netReturn: netPnl / notional,
    };
  }
}
