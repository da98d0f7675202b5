import type { Config } from '../../contracts/config.ts';
import type { OrderCard } from '../../venues/cards/card.ts';
import { venueCards } from '../../venues/cards/cards.ts';
import { venueSettings } from '../venues.ts';

/**
 * The card of a venue's exchange, whatever the venue is called here; null: it gives data and paper trading only.
 * @throws AlphaloomError CONFIG_INVALID (its kind is not known)
 */
export function cardOf(config: Config, venue: string): OrderCard | null {
  const { exchange, kind } = venueSettings(config, venue);
  return venueCards().find(card => card.exchange === exchange && card.kind === kind) ?? null;
}
