import type { DatabaseSync } from 'node:sqlite';
import { recordEvent } from './events.ts';
import { selectBegun, selectEnded } from './positions.ts';

/** Tells of the positions that a transaction opened and closed, with the sums they have at its end. */
export function tellTrades(sql: DatabaseSync, account: string, firstEvent: number, at: number): void {
  const begun = selectBegun(sql, account, firstEvent);
  const ended = selectEnded(sql, account, firstEvent);
  for (const { id, symbol, side, quantity, enteredQuantity, entryPrice, entryOrder, closedTime } of begun) {
    recordEvent(sql, {
      account,
      at,
      kind: 'trade-opened',
      symbol,
      tell: {
        event: 'trade-opened',
        key: `trade-opened/${account}/${entryOrder || id}`,
        facts: { side, quantity: closedTime === null ? quantity : enteredQuantity, price: entryPrice },
      },
    });
  }
  for (const trade of ended) {
    const { id, symbol, side, enteredQuantity: quantity, entryPrice, exitPrice, closeReason, fees } = trade;
    const facts = {
      side,
      quantity,
      entryPrice,
      exitPrice,
      pnl: trade.realizedPnl,
      fees,
      reason: closeReason,
    };
    const isLiquidation = closeReason === 'liquidation';
    recordEvent(sql, {
      account,
      at,
      kind: 'trade-closed',
      symbol,
      tell: {
        event: isLiquidation ? 'position-liquidated' : 'trade-closed',
        key: `trade-closed/${account}/${id}`,
        facts,
      },
    });
  }
}
