import type { Config } from '../../contracts/config.ts';
import type { OrderCard } from '../../venues/cards/card.ts';
import { venueCards } from '../../venues/cards/cards.ts';
import type { VenueSettings } from '../../venues/prepared-exchange.ts';
import { venueKind } from '../config.ts';

/** A configured venue as its client is told. @throws AlphaloomError CONFIG_INVALID (its kind is not known) */
export function venueSettings(config: Config, venue: string): VenueSettings {
  const kind = venueKind(config, venue);
  const { exchange = venue.replaceAll('-', ''), host = null } = config.venues[venue];
  return { venue, kind, exchange, host };
}

/** The card of its exchange, whatever the venue is called here; null: it gives data and paper trading only. */
export function cardOf({ exchange, kind }: Pick<VenueSettings, 'exchange' | 'kind'>): OrderCard | null {
  return venueCards().find(card => card.exchange === exchange && card.kind === kind) ?? null;
}
