import type { ArtifactStore } from '../artifacts/store.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { loadServingModel } from './serving-model.ts';

/**
 * Opens a version as serving would and asks it once, so that what can't serve never becomes champion.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, MODEL_INVALID, SCHEMA_MISMATCH, PREDICTION_INVALID
 */
export async function probeVersion(artifacts: ArtifactStore, version: VersionRecord): Promise<void> {
  const { session, meta } = await loadServingModel(artifacts, version);
  try {
    await session.run(new Float32Array(meta.steps * meta.featureNames.length), 1);
  } finally {
    await session.dispose();
  }
}
