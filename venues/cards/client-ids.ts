import type { VenueCard } from '../../contracts/venue.ts';

type ClientIdCodec = VenueCard['clientId'];

/** The 32 hexadecimal digits as they are: venues that take letters and digits. */
export const HEX_ID: ClientIdCodec = {
  encode: id => id,
  decode: venueId => (/^[0-9a-f]{32}$/.test(venueId) ? venueId : null),
};

/** With dashes, as a UUID. */
export const UUID_ID: ClientIdCodec = {
  encode: id => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  decode: venueId =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(venueId) ? venueId.replaceAll('-', '') : null,
};
