import type { VersionRecord } from '../registry/registry.ts';
import type { ServingModel } from './serving-model.ts';

/** Open models by package, the least recently used out first, never one in use. */
export interface ModelCache {
  /** Asks a version's model, which stays open at least until `work` is done. */
  use<T>(version: VersionRecord, work: (model: ServingModel) => Promise<T>): Promise<T>;
  /** For when nobody uses a model any more. */
  close(): Promise<void>;
}

export interface CacheLimits {
  /** Open models. */
  readonly models: number;
  /** Of their files together; a session takes some one to two times as much memory. */
  readonly bytes: number;
}

export const DEFAULT_CACHE_LIMITS: CacheLimits = { models: 256, bytes: 512 * 2 ** 20 };

interface Entry {
  readonly model: Promise<ServingModel>;
  /** Of its file; 0 until it is open. */
  bytes: number;
  users: number;
}

/** @param open loads a version's model with every check */
export function createModelCache(
  open: (version: VersionRecord) => Promise<ServingModel>,
  limits: CacheLimits,
): ModelCache {
  const entries = new Map<string, Entry>();
  return {
    async use(version, work) {
      const key = version.package.sha256;
      const entry = entries.get(key) ?? { model: open(version), bytes: 0, users: 0 };
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
        entry.bytes = model.session.info.bytes;
        return await work({ ...model, version });
      } finally {
        entry.users--;
        if (!isWithin(entries, limits)) await evict(entries, limits);
      }
    },
    async close() {
      await evict(entries, { models: 0, bytes: 0 });
    },
  };
}

async function evict(entries: Map<string, Entry>, limits: CacheLimits): Promise<void> {
  for (const [key, entry] of [...entries]) {
    if (isWithin(entries, limits)) return;
    if (entry.users > 0 || entries.get(key) !== entry) continue;
    entries.delete(key);
    await entry.model.then(
      ({ session }) => session.dispose(),
      () => {},
    );
  }
}

function isWithin(entries: ReadonlyMap<string, Entry>, limits: CacheLimits): boolean {
  if (entries.size > limits.models) return false;
  let bytes = 0;
  for (const entry of entries.values()) bytes += entry.bytes;
  return bytes <= limits.bytes;
}
