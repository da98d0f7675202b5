import type { ArtifactStore } from '../artifacts/store.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { loadServingModel, type ServingModel } from './serving-model.ts';

/** Open models by package, the least recently used out first. */
export interface ModelCache {
  /** Asks a version's model, which stays open at least until `work` is done. */
  use<T>(version: VersionRecord, work: (model: ServingModel) => Promise<T>): Promise<T>;
  /** For when nobody uses a model any more. */
  close(): Promise<void>;
}

interface Entry {
  readonly model: Promise<ServingModel>;
  users: number;
}

export function createModelCache(artifacts: ArtifactStore, maxModels: number): ModelCache {
  const entries = new Map<string, Entry>();
  return {
    async use(version, work) {
      const key = version.package.sha256;
      const entry = entries.get(key) ?? { model: loadServingModel(artifacts, version), users: 0 };
      // Set anew, it is the last in order: the most recently used.
      entries.delete(key);
      entries.set(key, entry);
      entry.users++;
      try {
        const model = await entry.model.catch(error => {
          // A broken package is looked at anew next time: it may have been restored.
          if (entries.get(key) === entry) entries.delete(key);
          throw error;
        });
        return await work({ ...model, version });
      } finally {
        entry.users--;
        if (entries.size > maxModels) await evict(entries, maxModels);
      }
    },
    async close() {
      await evict(entries, 0);
    },
  };
}

async function evict(entries: Map<string, Entry>, maxModels: number): Promise<void> {
  for (const [key, entry] of [...entries]) {
    if (entries.size <= maxModels) return;
    if (entry.users > 0 || entries.get(key) !== entry) continue;
    entries.delete(key);
    await entry.model.then(
      ({ session }) => session.dispose(),
      () => {},
    );
  }
}
