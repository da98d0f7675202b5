import type { TimedDesk } from '../desk.ts';
import { asked } from '../in-time.ts';
import { type Difference, differingPosition, missingCoins } from './findings.ts';

/** What the ledger and the venue do not agree in, of these symbols. */
export async function compared(desk: TimedDesk, symbols: readonly string[]): Promise<readonly Difference[]> {
  const { ledger, account, venue } = desk;
  const positionOf = (symbol: string) => ledger.positions(account).find(held => held.symbol === symbol);
  if (venue.card.kind === 'swap') {
    const held = await asked(desk, venue.positions());
    return symbols.flatMap(symbol => differingPosition(symbol, positionOf(symbol), held) ?? []);
  }
  const balances = await asked(desk, venue.balances());
  const found: Difference[] = [];
  for (const symbol of symbols) {
    const position = positionOf(symbol);
    if (position === undefined) continue;
    const { base } = await asked(desk, venue.market(symbol));
    const missing = missingCoins(position, base, balances);
    if (missing !== null) found.push(missing);
  }
  return found;
}

/** Entries of a symbol whose coins are not there, when an exit has found that nothing can be sold. */
export async function pauseWhereMissing(desk: TimedDesk, symbol: string): Promise<void> {
  for (const difference of await compared(desk, [symbol])) await pauseEntries(desk, difference);
}

/** Entries of the symbol wait for an operator, who is told what differs; once. */
export async function pauseEntries(desk: TimedDesk, difference: Difference): Promise<void> {
  const { ledger, account, now } = desk;
  const { symbol, expected, found, kind } = difference;
  const isPaused = ledger.account(account).pausedSymbols.some(paused => paused.symbol === symbol);
  if (isPaused) return;
  await ledger.applyMessage(
    {
      message: 'pause',
      account,
      operationId: `recover/${account}/${symbol}/${now()}`,
      actor: 'recovery',
      reason: sentenceOf(difference),
      payload: { symbols: [symbol] },
    },
    { now: now(), policy: null },
  );
  await ledger.notify({
    event: 'ledger-mismatch',
    key: `ledger-mismatch/${account}/${symbol}`,
    subject: `${account} ${symbol}`,
    at: now(),
    facts: { kind, expected, found },
  });
}

const MENDS: Readonly<Record<Difference['kind'], string>> = {
  'missing-coins':
    'bring the coins back, or, where they were sold by hand, say so: trade resolve ORDER --as filled, of the symbol’s last exit or stop',
  'position-differs': 'close the difference at the venue by hand',
};

function sentenceOf({ kind, expected, found }: Difference): string {
  return `${kind}: the ledger has ${expected}, the venue ${found}; ${MENDS[kind]}; then resume the symbol`;
}
