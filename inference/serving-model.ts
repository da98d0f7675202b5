import type { ArtifactStore } from '../artifacts/store.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { PackageMeta } from '../contracts/package.ts';
import { CATALOG, type Catalog } from '../features/catalog/index.ts';
import type { FeatureDefinition } from '../features/definition.ts';
import { loadCatalog } from '../features/own-features.ts';
import { describeSchemaDifference, schemaHash } from '../features/schema.ts';
import type { ModelInfo } from '../models/onnx/reader.ts';
import { type ModelSession, openSession } from '../models/onnx/session.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { type OpenPackage, readPackage, readPackageFolder } from './package.ts';

/** A version ready to answer. */
export interface ServingModel {
  readonly version: VersionRecord;
  readonly meta: PackageMeta;
  readonly evidence: Evidence;
  readonly session: ModelSession;
  /** The file that the session runs. */
  readonly modelPath: string;
  /** In the order of the model's columns. */
  readonly features: readonly FeatureDefinition[];
}

/**
 * Opens a version's package after verifying every byte, the ONNX contract and the feature schema.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, MODEL_INVALID, SCHEMA_MISMATCH
 */
export async function loadServingModel(
  artifacts: ArtifactStore,
  version: VersionRecord,
): Promise<ServingModel> {
  const open = await readPackage(artifacts, version);
  return { version, ...(await openPackage(open, `v${version.version}`, version.packageId)) };
}

/**
 * Opens a package that lies in a folder, with the same checks.
 * @throws AlphaloomError FILE_NOT_FOUND, ARTIFACT_CORRUPT, MODEL_INVALID, SCHEMA_MISMATCH
 */
export async function loadPackageFolder(folder: string): Promise<Omit<ServingModel, 'version'>> {
  const open = await readPackageFolder(folder);
  return await openPackage(open, folder, open.meta.packageId);
}

async function openPackage(
  { meta, evidence, modelPath }: OpenPackage,
  name: string,
  packageId: string,
): Promise<Omit<ServingModel, 'version'>> {
  const session = await openSession(modelPath, { maxBytes: meta.recipe.gate.maxModelBytes });
  try {
    requirePackage(session.info, meta, name, packageId);
    const features = await requireSchema(session.info, meta);
    return { meta, evidence, session, modelPath, features };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** The registry's line, meta.json and model.onnx must speak of the same model. */
function requirePackage(model: ModelInfo, meta: PackageMeta, name: string, packageId: string): void {
  const claims = [
    ['packageId', packageId, model.packageId],
    ['packageId', packageId, meta.packageId],
    ['featureNames', meta.featureNames.join(), model.featureNames.join()],
    ['steps', meta.steps, model.steps],
  ] as const;
  for (const [field, expected, got] of claims) {
    if (expected === got) continue;
    throw new AlphaloomError(
      'MODEL_INVALID',
      `${name}’s files are not of one model: ${field} is ${expected} in one, ${got} in the other.`,
      { field, expected, got },
    );
  }
}

/** The engine must compute exactly the features the model was trained on. */
async function requireSchema(
  { featureNames, schemaHash: trained }: ModelInfo,
  { recipe }: PackageMeta,
): Promise<FeatureDefinition[]> {
  const files = featureNames.every(CATALOG.has) ? [] : (recipe.features.files ?? []);
  const catalog = await loadOwn(files);
  const offered = featureNames.filter(catalog.has);
  const features = offered.map(catalog.find);
  if (offered.length === featureNames.length && schemaHash(features) === trained) return features;
  throw new AlphaloomError(
    'SCHEMA_MISMATCH',
    `The model’s features are not those of today’s engine: ${describeSchemaDifference(featureNames, offered)}. ${mendOf(files)}`,
    { model: featureNames, offered, files },
  );
}

/** A file that is gone or no longer runs is the model's fault like one that changed: the version can't serve. */
async function loadOwn(files: readonly string[]): Promise<Catalog> {
  try {
    return await loadCatalog(files);
  } catch (error) {
    if (!(error instanceof AlphaloomError) || error.code !== 'FEATURE_INVALID') throw error;
    throw new AlphaloomError(
      'SCHEMA_MISMATCH',
      `The model’s own features can’t be loaded: ${error.message} ${mendOf(files)}`,
      { ...error.details, files },
      { cause: error },
    );
  }
}

function mendOf(files: readonly string[]): string {
  if (files.length === 0) return 'Train again.';
  return `Put ${files.join(', ')} back as it was when the model was trained, or train again.`;
}
