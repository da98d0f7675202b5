/**
 * What a policy sees of its account beside the window, a number each, in this order. All are 0 while it is flat, in
 * training as when it serves: a prediction asks what a flat account should do.
 *
 * - `side`: 1 long, −1 short;
 * - `unrealised_return`: what the open position would return after all costs if it were closed at this bar's close;
 * - `holding_share`: bars held, this one included, as a share of the recipe's horizon;
 * - `trade_drawdown`: how far `unrealised_return` lies below its best since the entry.
 */
export const PORTFOLIO_STATE = ['side', 'unrealised_return', 'holding_share', 'trade_drawdown'] as const;

export const PORTFOLIO_SIZE = PORTFOLIO_STATE.length;
