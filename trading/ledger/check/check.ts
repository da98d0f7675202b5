import type { DatabaseSync } from 'node:sqlite';
import { amount, digits } from '../amounts.ts';
import type { Violation } from '../records.ts';

/** Proves an account's invariants from the rows of what happened. */
export function checkAccount(sql: DatabaseSync, account: string): Violation[] {
  return checkCash(sql, account);
}

function checkCash(sql: DatabaseSync, account: string): Violation[] {
  const { moved } = sql
    .prepare('SELECT exact_sum(amount) AS moved FROM cash_movements WHERE account = ?')
    .get(account) as { moved: string };
  const { kept } = sql.prepare('SELECT cash AS kept FROM accounts WHERE account = ?').get(account) as {
    kept: string;
  };
  let sum = amount(moved);
  const fills = sql.prepare(
    'SELECT side, price, quantity, contract_size, fee_quote FROM fills WHERE account = ?',
  );
  for (const row of fills.iterate(account)) {
    const fill = row as Record<'side' | 'price' | 'quantity' | 'contract_size' | 'fee_quote', string>;
    const quote = amount(fill.price).times(fill.quantity).times(fill.contract_size);
    sum = sum.plus(fill.side === 'buy' ? quote.negated() : quote).minus(fill.fee_quote);
  }
  if (digits(sum) === kept) return [];
  return [{ invariant: '4 money', detail: `cash is ${kept}; movements and fills add up to ${digits(sum)}` }];
}
