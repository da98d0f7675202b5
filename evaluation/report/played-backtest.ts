import type { BacktestResult, BacktestSetup } from '../../contracts/backtest.ts';
import type { BacktestDocument } from '../../contracts/backtest-document.ts';
import type { Performance } from '../../contracts/performance.ts';

/** A backtest with all that its files tell. */
export interface PlayedBacktest {
  readonly document: BacktestDocument;
  readonly setup: BacktestSetup;
  readonly result: BacktestResult;
  readonly performance: Performance;
}
