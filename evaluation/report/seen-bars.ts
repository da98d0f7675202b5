import type { BacktestDocument } from '../../contracts/backtest-document.ts';

/** Open time, by symbol, of the last bar that its model's training had seen; before all time where there is no model. */
export function seenThroughTimes({ markets }: Pick<BacktestDocument, 'markets'>): Map<string, number> {
  return new Map(
    markets.map(({ symbol, model }) => [symbol, model?.trainedThroughTime ?? Number.NEGATIVE_INFINITY]),
  );
}
