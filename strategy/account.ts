import type { BacktestResult, Costs, RefusedOrders } from '../contracts/backtest.ts';
import type { SkipIntent } from '../contracts/intents.ts';

const SKIP_REASONS = ['noLevels', 'noFunds', 'tooSmall'] as const satisfies readonly SkipIntent['reason'][];

/** An account as plain data. */
export interface AccountState extends Costs {
  readonly cash: number;
  readonly open: number;
  readonly turnover: number;
  readonly refused: RefusedOrders;
  readonly decided: Readonly<Record<SkipIntent['reason'], number>>;
}

/** What one purse holds and has paid; amounts in quote. */
export class Account {
  cash: number;
  /** Symbols in which a position is open. */
  open = 0;
  turnover = 0;
  fees = 0;
  spread = 0;
  slippage = 0;
  funding = 0;
  readonly refused: { -readonly [Key in keyof RefusedOrders]: number } = {
    tooSmall: 0,
    noFunds: 0,
    lapsed: 0,
    noLevels: 0,
  };

  /** Those of them that the last close decided: at a range's end they are not counted. */
  #decided = { noLevels: 0, noFunds: 0, tooSmall: 0 };

  constructor(cash: number) {
    this.cash = cash;
  }

  beginDecision(): void {
    this.#decided.noLevels = this.#decided.noFunds = this.#decided.tooSmall = 0;
  }

  refuseDecided(reason: SkipIntent['reason']): void {
    this.refused[reason] += 1;
    this.#decided[reason] += 1;
  }

  /** At the last played time nothing is decided. */
  forgetLastDecision(): void {
    for (const reason of SKIP_REASONS) this.refused[reason] -= this.#decided[reason];
    this.beginDecision();
  }

  state(): AccountState {
    const { cash, open, turnover, fees, spread, slippage, funding, refused } = this;
    return {
      ...{ cash, open, turnover, fees, spread, slippage, funding },
      refused: { ...refused },
      decided: { ...this.#decided },
    };
  }

  restore({ refused, decided, ...amounts }: AccountState): void {
    Object.assign(this, amounts);
    Object.assign(this.refused, refused);
    Object.assign(this.#decided, decided);
  }

  totals(): Pick<BacktestResult, 'turnover' | 'costs' | 'refused'> {
    const { turnover, fees, spread, slippage, funding, refused } = this;
    return { turnover, costs: { fees, spread, slippage, funding }, refused: { ...refused } };
  }
}
