import type { Client } from '@temporalio/client';
import type { Clock, NativeLibrary, Orchestrator, Rooms } from '../activities/rooms.ts';
import { createArtifactStore } from '../artifacts/store.ts';
import { createCandleStore } from '../candles/store.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { withoutSearch } from '../contracts/search.ts';
import { seriesId } from '../contracts/series.ts';
import { createFeatureStore } from '../features/store/feature-store.ts';
import { createMaterialiser } from '../features/store/materialiser.ts';
import { createModelCache, DEFAULT_CACHE_LIMITS } from '../inference/model-cache.ts';
import { createPredictor, type Predictor } from '../inference/predictor.ts';
import { loadServingModel } from '../inference/serving-model.ts';
import type { NativeLibraryName } from '../models/estimators/estimator.ts';
import { openSqliteRegistry } from '../registry/sqlite-registry.ts';
import { digestFile } from '../storage/files.ts';
import type { Ledger } from '../trading/ledger/ledger.ts';
import type { LoadedConfig } from './config.ts';
import { createOrchestrator, trainingWorkflowId } from './orchestrator.ts';
import { type Home, readHomeId } from './paths.ts';
import { loadConfiguredRecipe } from './recipes.ts';
import { findNativeLibrary } from './tools/native-library.ts';
import { openLedger } from './trading/open-ledger.ts';
import { createVenues, type Venues } from './venues.ts';

/** The rooms of one home, opened; close them when done. */
export interface OpenRooms extends Rooms {
  readonly predictor: Predictor;
  readonly venues: Venues;
  /** Opened when first asked for: most commands do not trade. */
  ledger(): Promise<Ledger>;
  close(): Promise<void>;
}

interface Wiring {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
  /** Without Temporal (reading, predicting), what would need it refuses. */
  readonly client: Client | null;
}

const CLOCK: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() };

/** Wires everything, once: the one place where rooms get their root folder, clock and neighbours. */
export async function composeRooms({ home, environment, loaded, client }: Wiring): Promise<OpenRooms> {
  const candles = createCandleStore(home.root, { now: CLOCK.now });
  const artifacts = createArtifactStore(home.root);
  const registry = await openSqliteRegistry(home.registryDatabase, { now: CLOCK.now });
  const models = createModelCache(version => loadServingModel(artifacts, version), DEFAULT_CACHE_LIMITS);
  const predictor = createPredictor({ candles, registry, models, clock: CLOCK });
  const venues = createVenues(home, loaded.config);
  const features = createFeatureStore(home.root);
  let ledger: Promise<Ledger> | undefined;
  const { promotion, lifecycle, collection } = loaded.config;
  return {
    home: home.root,
    candles,
    artifacts,
    registry,
    predictor,
    venues,
    ledger() {
      ledger ??= openLedger(home, CLOCK.now);
      return ledger;
    },
    features,
    materialiser: createMaterialiser(candles, features),
    lifecycle,
    collection,
    clock: CLOCK,
    nativeLibrary: name => describeLibrary(name, environment, home),
    platform: `${process.platform}-${process.arch}`,
    loadRecipe: async name => withoutSearch(await loadConfiguredRecipe(loaded, name)),
    synthetic: loaded.config.synthetic,
    promotionMode: series => promotion.series[seriesId(series)] ?? promotion.default,
    orchestrator: client ? createOrchestrator(client, await readHomeId(home)) : NO_TEMPORAL,
    async close() {
      await venues.close();
      await predictor.close();
      await features.close();
      await candles.close();
      // One that could not be opened has told who asked for it.
      (await ledger?.catch(() => null))?.close();
      registry.close();
    },
  };
}

const digests = new Map<string, Promise<string>>();

/** A library is read once per process: one that was loaded stays what it was. */
async function describeLibrary(
  name: NativeLibraryName,
  environment: NodeJS.ProcessEnv,
  home: Home,
): Promise<NativeLibrary> {
  const path = await findNativeLibrary(name, environment, home);
  const digest = digests.get(path) ?? digestFile(path).then(({ sha256 }) => sha256);
  digests.set(path, digest);
  return { path, sha256: await digest };
}

function refuse(): never {
  throw new AlphaloomError('TEMPORAL_UNREACHABLE', 'This needs Temporal. Run up first.');
}

const NO_TEMPORAL: Orchestrator = {
  askLifecycle: refuse,
  startTraining: refuse,
  trainingWorkflowId,
  awaitTraining: refuse,
};
