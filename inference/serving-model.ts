import type { ArtifactStore } from '../artifacts/store.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { PackageMeta } from '../contracts/package.ts';
import { describeSchemaDifference, schemaHash } from '../features/schema.ts';
import { type ModelSession, openSession } from '../models/onnx/session.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { readPackage } from './package.ts';

/** A version ready to answer. */
export interface ServingModel {
  readonly version: VersionRecord;
  readonly meta: PackageMeta;
  readonly evidence: Evidence;
  readonly session: ModelSession;
}

/**
 * Opens a version's package after verifying every byte, the ONNX contract and the feature schema.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, MODEL_INVALID, SCHEMA_MISMATCH
 */
export async function loadServingModel(
  artifacts: ArtifactStore,
  version: VersionRecord,
): Promise<ServingModel> {
  const { meta, evidence, modelPath } = await readPackage(artifacts, version);
  const session = await openSession(modelPath, { maxBytes: meta.recipe.gate.maxModelBytes });
  const { info: model } = session;
  if (model.packageId !== version.packageId) {
    throw new AlphaloomError(
      'MODEL_INVALID',
      `v${version.version}’s model.onnx belongs to package ${model.packageId}, not ${version.packageId}.`,
      { expected: version.packageId, got: model.packageId },
    );
  }
  requireSchema(model.featureNames, model.schemaHash);
  return { version, meta, evidence, session };
}

/** The engine must compute exactly the features the model was trained on. */
function requireSchema(featureNames: readonly string[], trained: string): void {
  const offered = schemaHash(featureNames);
  if (offered === trained) return;
  throw new AlphaloomError(
    'SCHEMA_MISMATCH',
    `The model’s features were computed by other formulas than today’s: ${describeSchemaDifference(featureNames, featureNames)}. Train again.`,
    { trained, offered },
  );
}
