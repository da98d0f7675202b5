import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ArtifactStore, createArtifactStore } from '../../artifacts/store.ts';
import type { Candles } from '../../contracts/candles.ts';
import type { DatasetReport } from '../../contracts/dataset.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Evidence } from '../../contracts/evidence.ts';
import type { PackageMeta } from '../../contracts/package.ts';
import { parseSeriesId, type Series, TIMEFRAME_MS } from '../../contracts/series.ts';
import { TASK_CLASSES } from '../../contracts/tasks.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { schemaHash } from '../../features/schema.ts';
import { type CacheLimits, createModelCache, DEFAULT_CACHE_LIMITS } from '../../inference/model-cache.ts';
import { PACKAGE_FILES } from '../../inference/package.ts';
import { createPredictor, type Predictor } from '../../inference/predictor.ts';
import { loadServingModel, type ServingModel } from '../../inference/serving-model.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import type { Registry, VersionRecord } from '../../registry/registry.ts';
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts';
import { fragileModel, modelOfClasses, passThroughModel, stump, treeModelFile } from '../models/fixtures.ts';
import { move, registration, SERIES } from '../registry/fixtures.ts';
import { goldenCandles } from '../support/candles.ts';
import { recipeWith } from '../support/recipes.ts';
import { temporaryHome } from '../support/temporary-home.ts';

export { SERIES };
export const BTC: Series = parseSeriesId(SERIES, '');
export const BARS: Candles = goldenCandles();
export const LAST_BAR = BARS.openTime.at(-1)!;
const HOUR = TIMEFRAME_MS['1h'];

/** What differs between the packages of tests; each has a constant answer that leans to `leaning`. */
export interface PackageChanges {
  readonly name?: string;
  readonly leaning?: 'SHORT' | 'NO_TRADE' | 'LONG';
  readonly featureNames?: readonly string[];
  readonly schemaHash?: string;
  readonly maxFillBars?: number;
  readonly missingInTraining?: readonly string[];
  readonly labels?: unknown;
  readonly lastTime?: number;
  readonly packageIdInModel?: string;
  /** Answers with its features as they are: no probabilities. */
  readonly isSenseless?: boolean;
  /** Answers a missing feature with NaN. */
  readonly isFragile?: boolean;
  /** A file as others make it, that says nothing of how many rows came by its branches. */
  readonly isWithoutCovers?: boolean;
  /** What its evidence says is usual; nothing unless given, as in earlier versions. */
  readonly baseline?: readonly number[];
  /** Of a policy: what it wants to know of the account. */
  readonly portfolio?: readonly string[];
}

/** A predictor over the golden bars, a registry and an artifact store of their own. */
export interface Serving {
  readonly registry: Registry;
  readonly artifacts: ArtifactStore;
  readonly predictor: Predictor;
  /** What the clock says, epoch ms. */
  now: number;
  /** Registers a version. */
  add(changes?: PackageChanges): Promise<VersionRecord>;
  promote(version: VersionRecord): Promise<void>;
  /** Where a version's package lies, also when it is damaged. */
  folderOf(version: VersionRecord): string;
}

/** What differs between the predictors of tests. */
export interface ServingChanges {
  readonly candles?: Candles;
  readonly cacheLimits?: CacheLimits;
  /** What is done to a model that was opened. */
  readonly disguise?: (model: ServingModel) => ServingModel;
  /** What happens before a package is opened. */
  readonly beforeOpening?: () => Promise<void>;
  /** What happens before the store is read. */
  readonly beforeReading?: () => Promise<void>;
  /** Milliseconds for durations; unless given, a quarter passes at each look. */
  readonly monotonicMs?: () => number;
}

export async function openServing(t: TestContext, changes: ServingChanges = {}): Promise<Serving> {
  const { candles = BARS, cacheLimits = DEFAULT_CACHE_LIMITS, disguise = model => model } = changes;
  const home = await temporaryHome(t);
  const artifacts = createArtifactStore(home);
  const registry = await openSqliteRegistry(join(home, 'registry.sqlite'), { now: () => 1 });
  let monotonic = 0;
  const monotonicMs = changes.monotonicMs ?? (() => (monotonic += 0.25));
  const open = async (version: VersionRecord) => {
    await changes.beforeOpening?.();
    return disguise(await loadServingModel(artifacts, version));
  };
  const serving: Serving = {
    registry,
    artifacts,
    now: LAST_BAR + HOUR,
    predictor: createPredictor({
      registry,
      models: createModelCache(open, cacheLimits),
      candles: storeOf(candles, changes.beforeReading),
      clock: { now: () => serving.now, monotonicMs },
    }),
    add: async (changes: PackageChanges = {}) => await addVersion(registry, artifacts, changes),
    promote: async ({ version }: VersionRecord) => {
      await registry.moveChampion(move('promote', version));
    },
    folderOf: ({ package: ref }: VersionRecord) => join(home, 'artifacts', ref.step, ref.inputHash),
  };
  t.after(async () => {
    await serving.predictor.close();
    registry.close();
  });
  return serving;
}

/** A store that holds these bars of one series. */
function storeOf(
  candles: Candles,
  beforeReading: ServingChanges['beforeReading'] = async () => {},
): Parameters<typeof createPredictor>[0]['candles'] {
  const refuseOthers = ({ symbol }: Series) => {
    if (symbol !== BTC.symbol)
      throw new AlphaloomError('CANDLES_NOT_FOUND', `There are no bars of ${symbol}.`);
  };
  return {
    async describe(series: Series) {
      refuseOthers(series);
      return { anchorTime: candles.openTime[0] } as never;
    },
    async read(series: Series) {
      refuseOthers(series);
      await beforeReading();
      return candles;
    },
  };
}

let packages = 0;

async function addVersion(
  registry: Registry,
  artifacts: ArtifactStore,
  changes: PackageChanges,
): Promise<VersionRecord> {
  const name = changes.name ?? `package-${++packages}`;
  const { artifact } = await artifacts.save('package', { name }, async folder => {
    const meta = metaOf(name, changes);
    await writeFile(join(folder, PACKAGE_FILES.model), modelOf(meta, changes));
    await writeFile(join(folder, PACKAGE_FILES.meta), JSON.stringify(meta));
    await writeFile(join(folder, PACKAGE_FILES.metrics), JSON.stringify(evidenceOf(changes)));
    return null;
  });
  const { inputHash, sha256 } = artifact;
  const request = registration(name, {
    packageId: name,
    package: { step: 'package', inputHash, sha256 },
    tradable: true,
  });
  return (await registry.register(SERIES, request)).version;
}

export function metaOf(packageId: string, changes: PackageChanges = {}): PackageMeta {
  const featureNames = changes.featureNames ?? ['rsi_14', 'roc_10', 'volume_ratio_20'];
  const isKnown = featureNames.every(name => CATALOG.has(name));
  const recipe = recipeWith({
    features: { names: featureNames, maxFillBars: changes.maxFillBars ?? 3 },
    ...(changes.labels === undefined ? {} : { labels: changes.labels }),
    maxModelAgeDays: 10,
  });
  const report: Partial<DatasetReport> = {
    lastTime: changes.lastTime ?? LAST_BAR,
    medianHoldingBars: 6,
    missingInTraining: changes.missingInTraining ?? [],
  };
  return {
    packageId,
    series: BTC,
    marketKind: 'spot',
    task: 'direction3',
    classes: TASK_CLASSES.direction3,
    steps: 1,
    featureNames,
    schemaHash: changes.schemaHash ?? (isKnown ? schemaHash(featureNames.map(CATALOG.find)) : 'f'.repeat(64)),
    recipe,
    dataset: report as DatasetReport,
    anchorTime: BARS.openTime[0],
    artifacts: {} as PackageMeta['artifacts'],
    model: { name: PACKAGE_FILES.model, bytes: 1, sha256: 'a' },
    madeWith: {},
  };
}

function modelOf(
  meta: PackageMeta,
  { leaning = 'LONG', packageIdInModel, isSenseless, isFragile, isWithoutCovers, portfolio }: PackageChanges,
): Uint8Array {
  if (isSenseless) return passThroughModel(meta);
  if (isFragile) return fragileModel(meta);
  const trees = TASK_CLASSES.direction3.map(name =>
    stump(0, 50, { leafValue: name === leaning ? Float64Array.of(1, 1.5) : Float64Array.of(0, 0.25) }),
  );
  const { featureNames, steps, task, classes } = meta;
  const file = treeModelFile(modelOfClasses(featureNames.length, trees), {
    featureNames,
    steps,
    task,
    classes,
    ...(portfolio && { portfolio }),
    schemaHash: meta.schemaHash,
    packageId: packageIdInModel ?? meta.packageId,
  });
  return isWithoutCovers ? withoutCovers(file) : file;
}

function withoutCovers(file: Uint8Array): Uint8Array {
  const model = decodeModel(file);
  for (const node of model.graph!.node!)
    node.attribute = node.attribute?.filter(({ name }) => name !== 'nodes_hitrates');
  return encodeModel(model);
}

function evidenceOf({ baseline }: PackageChanges): Evidence {
  return baseline ? ({ ...EVIDENCE, attributions: { baseline } } as unknown as Evidence) : EVIDENCE;
}

const METRICS = { balancedAccuracy: 0.41, mcc: 0.07, directionalAuc: null, accuracy: 0.5 };
/** Only what a prediction tells of it. */
export const EVIDENCE = {
  metrics: METRICS,
  baseline: { ...METRICS, accuracy: 0.45 },
  rules: [],
} as unknown as Evidence;
