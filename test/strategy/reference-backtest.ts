import type { TradeRecord } from '../../contracts/evidence.ts';
import type { BacktestInput } from '../../strategy/backtest.ts';

/**
 * The backtest told trade by trade instead of bar by bar: from each signal look forward to where the trade ends, then go
 * on from that bar. Slow and plain, to be compared with.
 */
export function referenceTrades(input: BacktestInput): TradeRecord[] {
  const trades: TradeRecord[] = [];
  let signalBar = input.fromBar;
  while (signalBar < input.toBar - 1) {
    const signal = input.direction[signalBar];
    const allowed = signal === 2 || (signal === 0 && input.market === 'swap');
    const levelsKnown = input.labels.kind === 'fixed-horizon' || input.atr[signalBar]! > 0;
    if (!allowed || !levelsKnown) {
      signalBar++;
      continue;
    }
    const trade = followTrade(input, signalBar, signal === 2);
    trades.push(trade);
    signalBar = trade.exitBar;
  }
  return trades;
}

function followTrade(input: BacktestInput, signalBar: number, isLong: boolean): TradeRecord {
  const { candles, labels, toBar } = input;
  const entryBar = signalBar + 1;
  const entryPrice = candles.open[entryBar]!;
  let upper = Number.POSITIVE_INFINITY;
  let lower = Number.NEGATIVE_INFINITY;
  if (labels.kind === 'triple-barrier') {
    upper = entryPrice + labels.upAtr * input.atr[signalBar]!;
    lower = entryPrice - labels.downAtr * input.atr[signalBar]!;
  }
  for (let bar = entryBar; ; bar++) {
    const [open, high, low, close] = [
      candles.open[bar]!,
      candles.high[bar]!,
      candles.low[bar]!,
      candles.close[bar]!,
    ];
    const end = (exitPrice: number, exitReason: TradeRecord['exitReason']): TradeRecord => {
      const gross = (isLong ? exitPrice - entryPrice : entryPrice - exitPrice) / entryPrice;
      const { feeBps, halfSpreadBps, slippageBps } = input.costs;
      const side = (feeBps + halfSpreadBps + slippageBps) / 1e4;
      const direction = isLong ? 'LONG' : 'SHORT';
      const net = gross - side - (side * exitPrice) / entryPrice;
      return {
        direction,
        entryBar,
        exitBar: bar,
        entryPrice,
        exitPrice,
        exitReason,
        grossReturn: gross,
        netReturn: net,
      };
    };
    if (input.market === 'spot' && bar > entryBar && input.direction[bar - 1] === 0)
      return end(open, 'signal');
    const above = isLong ? 'target' : 'stop';
    const below = isLong ? 'stop' : 'target';
    if (open >= upper) return end(open, above);
    if (open <= lower) return end(open, below);
    if (high >= upper && low <= lower) return end(isLong ? lower : upper, 'stop');
    if (high >= upper) return end(upper, above);
    if (low <= lower) return end(lower, below);
    if (bar === signalBar + labels.horizonBars) return end(close, 'time');
    if (bar === toBar - 1) return end(close, 'end');
  }
}
