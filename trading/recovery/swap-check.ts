import { Decimal } from 'decimal.js';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type Desk, until } from '../desk.ts';
import { asked } from '../in-time.ts';

const UNLISTED: unique symbol = Symbol('unlisted');

/**
 * Reads back how each swap is set up: our arithmetic of positions and losses holds only in one-way mode, with isolated
 * margin and a leverage that the policy allows.
 * @throws AlphaloomError SWAP_SETTINGS_REFUSED naming the symbol and what is wrong, VENUE_*, TRADING_LATE
 */
export async function checkSwapSettings(
  desk: Desk,
  symbols: readonly string[],
  { deadline, maxLeverage }: { readonly deadline: number; readonly maxLeverage: number },
): Promise<void> {
  const { venue } = desk;
  if (venue.card.kind !== 'swap') return;
  const timed = until(desk, deadline);
  for (const symbol of symbols) {
    const settings = await asked(timed, venue.swapSettings(symbol)).catch(unlisted);
    if (settings === UNLISTED) continue;
    const wrong = [
      settings === null && 'its settings can’t be read',
      settings?.positionMode === 'hedge' && 'position mode is hedge; set one-way',
      settings?.marginMode === 'cross' && 'margin is cross; set isolated',
      settings !== null &&
        new Decimal(settings.leverage).gt(maxLeverage) &&
        `leverage is ${settings.leverage}; set at most ${maxLeverage}`,
    ].filter(fault => fault !== false);
    if (wrong.length > 0) {
      throw new AlphaloomError('SWAP_SETTINGS_REFUSED', `${symbol}: ${wrong.join('; ')}.`, { symbol, wrong });
    }
  }
}

/** Nothing can be entered in what the venue does not list any more. */
function unlisted(error: unknown): typeof UNLISTED {
  if (error instanceof AlphaloomError && error.code === 'SYMBOL_UNKNOWN') return UNLISTED;
  throw error;
}
