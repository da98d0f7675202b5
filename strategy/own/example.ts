import type { ClosedBar, Decide, Distance, EnterIntent, MarketPrediction } from '../../contracts/intents.ts';

/*
 * A strategy of your own. Try it:
 *
 *   alphaloom backtest BTCUSD 1h --strategy strategies/example.ts
 *
 * decide is asked at the close of every bar and answers with what is to be done from the next open on. It is pure: what it
 * answers hangs on its arguments alone, so remember nothing outside it, and read neither clock nor chance.
 *
 * This one takes the model's direction where the trend agrees, risks one hundredth of the equity per trade, takes half the
 * profit early, and leaves when the model turns.
 */

const TREND_BARS = 100;
const RISK_SHARE = 0.01;
const STOP_VOLATILITIES = 2.5;

export const decide: Decide = (prediction, { equity, position, pendingEntry }, policy, bar) => {
  if (pendingEntry !== null) return [];
  if (position !== null) {
    const { direction } = prediction;
    const hasTurned = direction !== null && direction !== 'NO_TRADE' && direction !== position.side;
    return hasTurned ? [{ kind: 'exit' }] : [];
  }
  const wanted = wantedSide(prediction, bar);
  const stop = STOP_VOLATILITIES * bar.volatility;
  if (wanted === null || !(stop > 0)) return [];
  const byRisk = (RISK_SHARE * equity) / stop;
  const byPolicy = (policy.sizing.fraction * equity) / bar.close;
  const quantity = Math.min(byRisk, byPolicy);
  return quantity > 0 ? [enter(wanted, quantity, stop)] : [];
};

/** The model's side where the close is on the same side of its average; SHORT only where it can be sold. */
function wantedSide({ direction }: MarketPrediction, bar: ClosedBar): 'LONG' | 'SHORT' | null {
  const closes = bar.recent('close', TREND_BARS);
  if (closes.length < TREND_BARS) return null;
  const average = closes.reduce((sum, close) => sum + close, 0) / closes.length;
  if (direction === 'LONG' && bar.close > average) return 'LONG';
  if (direction === 'SHORT' && bar.close < average && bar.market.kind === 'swap') return 'SHORT';
  return null;
}

function enter(side: 'LONG' | 'SHORT', quantity: number, stop: number): EnterIntent {
  return {
    kind: 'enter',
    side,
    quantity,
    order: { kind: 'market' },
    exits: {
      stop: inQuote(stop),
      targets: [
        { distance: inQuote(stop), share: 0.5 },
        { distance: inQuote(2 * stop), share: 0.5 },
      ],
      trailing: null,
      maxBars: 48,
    },
  };
}

function inQuote(value: number): Distance {
  return { unit: 'quote', value };
}
