import type { ArtifactStore } from '../artifacts/store.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { loadServingModel, type ServingModel } from './serving-model.ts';

/** Open models by package, the least recently used out first. */
export interface ModelCache {
  open(version: VersionRecord): Promise<ServingModel>;
  close(): Promise<void>;
}

export function createModelCache(artifacts: ArtifactStore, maxModels: number): ModelCache {
  const models = new Map<string, Promise<ServingModel>>();
  return {
    async open(version) {
      const key = version.package.sha256;
      const known = models.get(key);
      models.delete(key);
      const model = known ?? loadServingModel(artifacts, version);
      models.set(key, model);
      try {
        return { ...(await model), version };
      } catch (error) {
        // A broken package is looked at anew next time: it may have been restored.
        models.delete(key);
        throw error;
      } finally {
        await evict(models, maxModels);
      }
    },
    async close() {
      await evict(models, 0);
    },
  };
}

async function evict(models: Map<string, Promise<ServingModel>>, maxModels: number): Promise<void> {
  for (const [key, model] of models) {
    if (models.size <= maxModels) return;
    models.delete(key);
    await model.then(
      ({ session }) => session.dispose(),
      () => {},
    );
  }
}
