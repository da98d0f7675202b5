import type { MarketKind } from '../../contracts/series.ts';
import type { VenueCard } from '../venue.ts';

/** The matching engine as a venue: it knows every order for good, and looks after positions by their entry's plan. */
export function paperCard(kind: MarketKind): VenueCard {
  return {
    name: 'paper',
    kind,
    clientId: { encode: id => id, decode: id => id },
    idsUnique: 'ever',
    findsByClientId: true,
    requestExpiryMs: 0,
    rejections: {
      NOT_TRADED: 'symbol-closed',
      NO_POSITION: 'reduce-only',
      NO_PLAN: 'filter',
      ENTRY_RESTS: 'other',
    },
    stops: 'market',
    exits: 'attached',
    stopLocksBalance: false,
    testedAgainst: 'engine',
    quirks: [],
  };
}
