import type { DatabaseSync } from 'node:sqlite';
import type { Market } from '../../contracts/market.ts';
import { type Amount, amount, average, smaller, ZERO } from './amounts.ts';
import { selectCash } from './cash.ts';
import { selectMarket } from './markets.ts';
import { isEntry, type OrderRow, remaining, selectOpenOrders } from './orders.ts';
import { quantityOf, selectPositions } from './positions.ts';
import type { AccountSettings } from './records.ts';

/**
 * What an entry may cost, in quote: the account's own money, as far as positions and other entries that were sent leave it.
 * The gross exposure stays within the policy's leverage of the equity, positions at what they cost; on spot an entry is
 * paid, fee included, from the cash. Under 0: others take more already.
 */
export function fundsFor(
  sql: DatabaseSync,
  account: AccountSettings & { readonly policy: { readonly maxLeverage: number } },
  { id, symbol }: Pick<OrderRow, 'id' | 'symbol'>,
  { takerFee }: Pick<Market, 'takerFee'>,
): Amount {
  const cash = amount(selectCash(sql, account.account));
  let equity = cash;
  let taken = ZERO;
  for (const row of selectPositions(sql, account.account)) {
    const quantity = quantityOf(row);
    const cost = quantity.times(average(amount(row.in_quote), amount(row.in_quantity)) ?? '0');
    equity = equity.plus(cost);
    // The symbol's own is on its way out, or there would be no entry.
    if (row.symbol !== symbol) taken = taken.plus(cost.abs());
  }
  const inFlight = selectOpenOrders(sql, account.account)
    .filter(order => order.id !== id && isEntry(order) && order.status !== 'planned')
    .reduce((sum, order) => sum.plus(restInQuote(sql, account, order)), ZERO);
  const bound = equity.times(account.policy.maxLeverage).minus(taken).minus(inFlight);
  if (account.kind !== 'spot') return bound;
  return smaller(bound, cash.minus(inFlight).div(amount('1').plus(takerFee ?? 0)));
}

function restInQuote(sql: DatabaseSync, account: AccountSettings, order: OrderRow): Amount {
  const unit = selectMarket(sql, account, order.symbol)?.contractSize ?? '1';
  return amount(remaining(order))
    .times(unit)
    .times(order.price ?? order.decision_price);
}
