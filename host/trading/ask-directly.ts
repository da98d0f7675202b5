import type { Logger } from 'pino';
import { AlphaloomError } from '../../contracts/errors.ts';
import { until } from '../../trading/desk.ts';
import { isVenueSilent } from '../../trading/orders/ask-venue.ts';
import type { OpenRooms } from '../compose.ts';
import type { LoadedConfig } from '../config.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../recipes.ts';
import { createTradingRooms } from './trading-rooms.ts';

interface AskingWiring {
  readonly rooms: OpenRooms;
  readonly loaded: LoadedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
}

const ASKED_MS = 10_000;

/**
 * Asks an account's venue about an order from this process, where no workflow can: it only asks, and needs no lease.
 * @returns whether the venue can't say anything of it; false: it could not be asked, and the order is not certain anyway
 * @throws AlphaloomError ACCOUNT_STATE where it answers; LIVE_NOT_ALLOWED, VENUE_* where it can't be asked about an order that is open
 */
export async function askDirectly(wiring: AskingWiring, clientOrderId: string): Promise<boolean> {
  const ledger = await wiring.rooms.ledger();
  const order = ledger.order(clientOrderId);
  if (order === null) return false;
  const { labels: defaultLabels } = await loadConfiguredRecipe(wiring.loaded, DEFAULT_RECIPE);
  const trading = createTradingRooms({
    ...wiring,
    ledger,
    defaultLabels,
    purpose: 'close',
    lease: () => null!,
  });
  try {
    const open = await trading.open(ledger.account(order.account));
    const desk = trading.desk(open, AbortSignal.timeout(2 * ASKED_MS), null);
    return await isVenueSilent(until(desk, desk.now() + ASKED_MS), clientOrderId, async () => {});
  } catch (error) {
    const isAsked = error instanceof AlphaloomError && error.code === 'ACCOUNT_STATE';
    if (isAsked || order.status === 'open' || !(error instanceof AlphaloomError)) throw error;
    return false;
  } finally {
    await trading.close();
  }
}
