import type { DatabaseSync } from 'node:sqlite';
import { type Amount, amount, digits, ZERO } from '../amounts.ts';
import { rows } from './rows.ts';

interface FillRow {
  readonly side: string;
  readonly price: string;
  readonly quantity: string;
  readonly contract_size: string;
  readonly fees: string;
  readonly fee_base: string;
  readonly fee_quote: string;
  readonly fee_other: string;
  readonly trade_id: string;
}

/** Cash is what moved and what fills paid; each fill's fees are the ones that the venue named. */
export function* checkMoney(sql: DatabaseSync, account: string): Generator<string> {
  const { kept, moved } = sql
    .prepare(
      `SELECT cash AS kept, (SELECT exact_sum(amount) FROM cash_movements m WHERE m.account = a.account) AS moved
       FROM accounts a WHERE account = ?`,
    )
    .get(account) as { kept: string; moved: string };
  let sum = amount(moved);
  for (const row of rows<FillRow>(sql, 'SELECT * FROM fills WHERE account = ?', account)) {
    const quote = amount(row.price).times(row.quantity).times(row.contract_size);
    sum = (row.side === 'buy' ? sum.minus(quote) : sum.plus(quote)).minus(row.fee_quote);
    const named = sumOf((JSON.parse(row.fees) as { amount: string }[]).map(fee => fee.amount));
    const charged = sumOf([row.fee_base, row.fee_quote, ...Object.values<string>(JSON.parse(row.fee_other))]);
    if (!named.eq(charged))
      yield `the trade ${row.trade_id} is charged ${charged} of fees; the venue named ${named}`;
  }
  if (digits(sum) !== kept) yield `cash is kept as ${kept}; movements and fills add up to ${digits(sum)}`;
}

/** Over all currencies: what is left out, or charged twice, shows whatever it is in. */
function sumOf(fees: readonly string[]): Amount {
  return fees.reduce((sum, fee) => sum.plus(fee), ZERO);
}
