import { describeVenueContract } from '../venue-contract.ts';
import { makeLoopbackVenue } from './loopback-venue.ts';

describeVenueContract('ccxt by Binance’s card, on the loopback exchange', makeLoopbackVenue);
