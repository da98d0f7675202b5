import type { ArtifactStore } from '../artifacts/store.ts';
import type { CandleStore } from '../candles/store.ts';
import type { Config } from '../contracts/config.ts';
import type { LifecycleAnswer, MessageName, MessagePayload } from '../contracts/messages.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { Series } from '../contracts/series.ts';
import type { TrainModelInput, TrainModelResult } from '../contracts/training.ts';
import type { FeatureStore } from '../features/store/feature-store.ts';
import type { Materialiser } from '../features/store/materialiser.ts';
import type { NativeLibraryName } from '../models/estimators/estimator.ts';
import type { Registry } from '../registry/registry.ts';
import type { VenueClient } from '../venues/venue-client.ts';

/** What activities work with; `host/compose.ts` supplies it. */
export interface Rooms {
  readonly home: string;
  readonly candles: CandleStore;
  readonly artifacts: ArtifactStore;
  readonly registry: Registry;
  readonly clock: Clock;
  /** A shared library, and what it is. @throws AlphaloomError NATIVE_LIBRARY_MISSING */
  nativeLibrary(name: NativeLibraryName): Promise<NativeLibrary>;
  /** `linux-x64`: part of what bytes depend on. */
  readonly platform: string;
  loadRecipe(name: string): Promise<Recipe>;
  promotionMode(series: Series): 'auto' | 'manual';
  /** Whether versions trained on generated bars may become champion in this home. */
  readonly synthetic: 'refused' | 'allowed';
  readonly lifecycle: Config['lifecycle'];
  readonly collection: Config['collection'];
  readonly venues: Venues;
  readonly features: FeatureStore;
  readonly materialiser: Materialiser;
  readonly orchestrator: Orchestrator;
}

/** Market data of venues, by name. */
export interface Venues {
  /** @throws AlphaloomError CONFIG_INVALID (its kind is not known), VENUE_UNKNOWN */
  client(venue: string): Promise<VenueClient>;
}

export interface NativeLibrary {
  readonly path: string;
  /** SHA-256 (hex) of the file. */
  readonly sha256: string;
}

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** For durations only. */
  monotonicMs(): number;
}

/** What activities ask of Temporal, from outside any workflow. */
export interface Orchestrator {
  askLifecycle<Name extends MessageName>(
    series: Series,
    message: Name,
    payload: MessagePayload<Name> & { operationId: string },
  ): Promise<LifecycleAnswer>;
  /** Starts a training, or joins the same one where it runs already. */
  startTraining(input: TrainModelInput): Promise<StartedWork>;
  /** What the workflow of that training is called. */
  trainingWorkflowId(input: TrainModelInput): string;
  awaitTraining(workflowId: string): Promise<TrainModelResult>;
}

export interface StartedWork {
  readonly workflowId: string;
  /** Somebody else had started it: it is theirs to cancel. */
  readonly joined: boolean;
}
