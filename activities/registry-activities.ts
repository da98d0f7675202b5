import { createLifecycleActivities } from './lifecycle.ts';
import { awaitTraining, offerVersion } from './offer-version.ts';
import { createOfferActivities } from './offers.ts';
import { createProbationActivities } from './probation.ts';
import { registerVersion } from './register-version.ts';
import type { Rooms } from './rooms.ts';

export type { OfferStanding } from './offers.ts';

/** Activities of the queue `registry`. */
export function createRegistryActivities(rooms: Rooms) {
  return {
    registerVersion: registerVersion(rooms),
    offerVersion: offerVersion(rooms),
    awaitTraining: awaitTraining(rooms),
    ...createOfferActivities(rooms),
    ...createLifecycleActivities(rooms),
    ...createProbationActivities(rooms),
  };
}

export type RegistryActivities = ReturnType<typeof createRegistryActivities>;
