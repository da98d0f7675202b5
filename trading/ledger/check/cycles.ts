import type { DatabaseSync } from 'node:sqlite';
import { type Amount, amount, digits, ZERO } from '../amounts.ts';
import type { PositionRow } from '../positions.ts';
import { rows } from './rows.ts';

interface FillRow {
  readonly id: number;
  readonly symbol: string;
  readonly side: string;
  readonly price: string;
  readonly quantity: string;
  readonly contract_size: string;
  readonly fee_base: string;
  readonly fee_quote: string;
  readonly fee_other: string;
}

interface DustRow {
  readonly id: number;
  readonly symbol: string;
  readonly kind: 'left' | 'taken' | 'fee';
  readonly after_fill: number;
  readonly quantity: string;
  readonly total: string;
}

/** From flat to flat, told again from the fills. */
interface Cycle {
  readonly side: 'LONG' | 'SHORT';
  readonly sums: Record<'in_quantity' | 'in_quote' | 'out_quantity' | 'out_quote', Amount>;
  readonly fees: Record<'fee_base' | 'fee_base_quote' | 'fee_quote', Amount>;
  readonly otherFees: Record<string, string>;
  dust: Amount;
}

interface Retold {
  held: Amount;
  cycle: Cycle | null;
  dust: Amount;
  readonly ended: (cycle: Cycle) => void;
}

/** Positions and dust are what fills and movements of dust, taken again one by one in their order, add up to. */
export function* checkCycles(sql: DatabaseSync, account: string): Generator<string> {
  const symbols = rows<{ symbol: string }>(
    sql,
    'SELECT symbol FROM fills WHERE account = ?1 UNION SELECT symbol FROM positions WHERE account = ?1',
    account,
  );
  for (const { symbol } of [...symbols]) yield* checkSymbol(sql, account, symbol);
}

function* checkSymbol(sql: DatabaseSync, account: string, symbol: string): Generator<string> {
  const problems: string[] = [];
  const of = (table: string) => `SELECT * FROM ${table} WHERE account = ? AND symbol = ? ORDER BY id`;
  const kept = rows<PositionRow>(sql, of('positions'), account, symbol);
  const retold: Retold = {
    held: ZERO,
    cycle: null,
    dust: ZERO,
    ended: cycle =>
      problems.push(...compare(symbol, cycle, kept.next().value as PositionRow | undefined, true)),
  };
  const dust = rows<DustRow>(sql, of('dust_movements'), account, symbol);
  let nextDust = dust.next().value as DustRow | undefined;
  const takeDust = (upTo: number): DustRow[] => {
    const taken: DustRow[] = [];
    for (; nextDust && nextDust.after_fill <= upTo; nextDust = dust.next().value as DustRow | undefined)
      taken.push(nextDust);
    return taken;
  };

  for (const fill of rows<FillRow>(sql, of('fills'), account, symbol)) {
    for (const row of takeDust(fill.id - 1)) leave(retold, row, problems);
    const own = takeDust(fill.id);
    retell(retold, fill, own, problems);
    for (const row of own) if (row.kind === 'left') leave(retold, row, problems);
    yield* problems.splice(0);
  }
  for (const row of takeDust(Number.MAX_SAFE_INTEGER)) leave(retold, row, problems);
  if (retold.cycle)
    problems.push(...compare(symbol, retold.cycle, kept.next().value as PositionRow | undefined, false));
  for (const { id } of kept) problems.push(`the position ${id} of ${symbol} has no fills`);
  yield* problems;
}

function retell(state: Retold, fill: FillRow, dust: readonly DustRow[], problems: string[]): void {
  const size = amount(fill.quantity).times(fill.contract_size);
  let change = fill.side === 'buy' ? size : size.negated();
  for (const row of dust.filter(({ kind }) => kind === 'taken')) {
    change = change.minus(row.quantity);
    countDust(state, row, problems);
  }
  const met = state.cycle;
  if (met) chargeInQuote(met, fill);
  while (!change.isZero()) {
    state.cycle ??= newCycle(change);
    const isAgainst = !state.held.isZero() && state.held.isNegative() !== change.isNegative();
    const isBeyond = isAgainst && change.abs().gt(state.held.abs());
    // On paper what goes beyond by a rounding is left as dust.
    const isLeft = dust.some(row => row.kind === 'left' && state.held.plus(change).eq(row.quantity));
    const part = isBeyond && !isLeft ? state.held.negated() : change;
    flow(state.cycle, part, fill.price);
    state.held = state.held.plus(part);
    change = change.minus(part);
    if (state.held.isZero() && !change.isZero()) end(state);
  }
  if (!met && state.cycle) chargeInQuote(state.cycle, fill);
  const inDust = dust.filter(({ kind }) => kind === 'fee');
  for (const row of inDust) countDust(state, row, problems);
  if (fill.fee_base !== '0' && inDust.length === 0 && state.cycle) {
    const { fees } = state.cycle;
    flow(state.cycle, amount(fill.fee_base).negated(), fill.price);
    fees.fee_base = fees.fee_base.plus(fill.fee_base);
    fees.fee_base_quote = fees.fee_base_quote.plus(amount(fill.fee_base).times(fill.price));
    state.held = state.held.minus(fill.fee_base);
  }
  if (state.held.isZero()) end(state);
}

function chargeInQuote(cycle: Cycle, { fee_quote, fee_other }: FillRow): void {
  cycle.fees.fee_quote = cycle.fees.fee_quote.plus(fee_quote);
  for (const [currency, fee] of Object.entries<string>(JSON.parse(fee_other)))
    cycle.otherFees[currency] = digits(amount(fee).plus(cycle.otherFees[currency] ?? 0));
}

function leave(state: Retold, row: DustRow, problems: string[]): void {
  countDust(state, row, problems);
  if (!state.cycle) return;
  state.cycle.dust = state.cycle.dust.plus(row.quantity);
  state.held = state.held.minus(row.quantity);
  if (state.held.isZero()) end(state);
}

function countDust(state: Retold, { id, quantity, total, symbol }: DustRow, problems: string[]): void {
  state.dust = state.dust.plus(quantity);
  if (digits(state.dust) !== total)
    problems.push(
      `dust of ${symbol} is kept as ${total} at its movement ${id}; it adds up to ${digits(state.dust)}`,
    );
}

function end(state: Retold): void {
  if (state.cycle) state.ended(state.cycle);
  state.cycle = null;
}

function newCycle(change: Amount): Cycle {
  return {
    side: change.isNegative() ? 'SHORT' : 'LONG',
    sums: { in_quantity: ZERO, in_quote: ZERO, out_quantity: ZERO, out_quote: ZERO },
    fees: { fee_base: ZERO, fee_base_quote: ZERO, fee_quote: ZERO },
    otherFees: {},
    dust: ZERO,
  };
}

function flow({ side, sums }: Cycle, change: Amount, price: string): void {
  const way = (side === 'LONG') === change.isPositive() ? 'in' : 'out';
  sums[`${way}_quantity`] = sums[`${way}_quantity`].plus(change.abs());
  sums[`${way}_quote`] = sums[`${way}_quote`].plus(change.abs().times(price));
}

function compare(symbol: string, cycle: Cycle, kept: PositionRow | undefined, isEnded: boolean): string[] {
  const { side, sums, fees, otherFees, dust } = cycle;
  if (!kept)
    return [`a position of ${symbol} is missing: fills add up to ${side} ${digits(sums.in_quantity)}`];
  const name = `the position ${kept.id} of ${symbol}`;
  const differing = Object.entries({ ...sums, ...fees, dust })
    .filter(([column, value]) => kept[column as keyof PositionRow] !== digits(value))
    .map(([column, value]) => {
      const had = kept[column as keyof PositionRow];
      return `${name} has ${column} ${had}; fills add up to ${digits(value)}`;
    });
  if (kept.fee_other !== JSON.stringify(otherFees))
    differing.push(`${name} has fees ${kept.fee_other}; its fills paid ${JSON.stringify(otherFees)}`);
  if (kept.side !== side) differing.push(`${name} is ${kept.side}; by its fills it is ${side}`);
  if ((kept.closed_at !== null) !== isEnded)
    differing.push(`${name} is ${isEnded ? 'over' : 'open'} by its fills`);
  return differing;
}
