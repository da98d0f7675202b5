import type { SymbolResult } from '../../contracts/trading.ts';
import { type Desk, type TimedDesk, until } from '../desk.ts';
import { hasTime } from '../in-time.ts';
import { endOrPass, legsOf } from '../orders/exit.ts';
import { perSymbol, symbolsOf } from '../per-symbol.ts';
import { doStep, type KeepTurn } from './keep-doing.ts';
import { keepStep } from './keep-step.ts';
import type { KeptBar } from './keeping.ts';
import { keptView } from './kept-view.ts';

/** Steps of one turn: a position that wants more is looked at again in the next. */
const MOST_STEPS = 100;
/**
 * Looks after all positions of an account at a venue whose exits are orders of their own: stops, trailing stops, targets,
 * time limits. To be called at closes, with the bars that have closed since the last call (oldest first), and every few
 * seconds between them, without bars.
 * @param deadline epoch ms of the venue’s clock; what is not done then is done in the next call
 * @throws AlphaloomError LEASE_LOST
 */
export async function keepPositions(
  desk: Desk,
  { bars, deadline }: { readonly bars: readonly KeptBar[]; readonly deadline: number },
): Promise<readonly SymbolResult<null>[]> {
  const { ledger, account, venue } = desk;
  if (venue.card.exits === 'attached') return [];
  const timed = until(desk, deadline);
  const exits = ledger.openOrders(account).filter(({ leg }) => leg !== 'entry');
  const symbols = symbolsOf([...ledger.positions(account), ...exits]);
  const keep = async (symbol: string) => {
    await keepSymbol(timed, symbol, bars);
    return null;
  };
  return perSymbol(timed, symbols, keep, 0);
}

/**
 * One symbol’s turn; who calls it works on the symbol alone. Nothing is done where all of it is being closed.
 * @throws AlphaloomError VENUE_*, ORDER_MISMATCH, TRADING_LATE
 */
export async function keepSymbol(desk: TimedDesk, symbol: string, bars: readonly KeptBar[]): Promise<void> {
  const { ledger, account, venue } = desk;
  const { state, flattening } = ledger.account(account);
  if (venue.card.exits === 'attached' || state === 'stopped' || flattening.includes(symbol)) return;
  const turn: KeepTurn = { desk, symbol, quote: null, isPriceAsked: false, failed: new Set() };
  for (let steps = 0; steps < MOST_STEPS && hasTime(desk); steps++) {
    const view = await keptView(turn, bars);
    if (view === null) return endOrphans(desk, symbol);
    const step = keepStep(view);
    if (step.kind === 'done') return;
    if (!(await doStep(turn, view, step))) return;
  }
}

/** A stop or target without a position would open one. One of unknown outcome is ended again in the next turn. */
async function endOrphans(desk: TimedDesk, symbol: string): Promise<void> {
  for (const leg of legsOf(desk, symbol)) await endOrPass(desk, leg);
}
