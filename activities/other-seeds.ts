import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { Json } from '../contracts/artifact.ts';
import type { PackageMeta } from '../contracts/package.ts';
import { otherSeeds, type SeedModel } from '../contracts/seeds.ts';
import { isStale } from '../evaluation/comparison/looks.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { asStep } from './activity.ts';
import type { Rooms } from './rooms.ts';
import { planSeriesLook, wholeGate } from './series-looks.ts';
import { STEP_VERSIONS } from './step-versions.ts';

const SEEDS_FILE = 'seeds.json';

interface Input {
  /** Of the candidate. */
  readonly packageId: string;
  readonly models: readonly SeedModel[];
}

/** Notes which models are a candidate's training with other seeds, where its comparison finds them. */
export function keepSeeds({ artifacts }: Rooms) {
  return asStep(async ({ packageId, models }: Input) => {
    const seeds = models.map(({ seed }) => seed);
    const saved = await artifacts.save('seeds', inputsOf(packageId, seeds), async folder => {
      await writeFile(join(folder, SEEDS_FILE), `${JSON.stringify(models, null, 2)}\n`);
      return models as unknown as Json;
    });
    return { artifact: saved.artifact, cached: saved.cached, summary: `seeds ${seeds.join(', ')}` };
  });
}

/** A candidate's training with other seeds: models, and the hash they are kept under. */
export interface KeptSeeds {
  readonly inputHash: string | null;
  readonly models: readonly SeedModel[];
}

/** None of an imported model, or where the recipe asks for none; null where they were not trained, or are gone. */
export async function findSeeds(
  artifacts: ArtifactStore,
  { packageId, recipe, imported }: PackageMeta,
): Promise<KeptSeeds | null> {
  const seeds = imported ? [] : otherSeeds(recipe, wholeGate(recipe.gate).seeds);
  if (seeds.length === 0) return { inputHash: null, models: [] };
  const found = await artifacts.find('seeds', inputsOf(packageId, seeds));
  return (
    found && { inputHash: found.artifact.inputHash, models: found.result as unknown as readonly SeedModel[] }
  );
}

/**
 * The seeds with which a candidate's training is to be repeated before it is offered: none where the offer would not come
 * to a look, so that nothing is trained in vain.
 */
export async function seedsToTrain(
  rooms: Pick<Rooms, 'registry' | 'artifacts'>,
  candidate: VersionRecord,
  { recipe, imported }: Pick<PackageMeta, 'recipe' | 'imported'>,
): Promise<number[]> {
  const { registry } = rooms;
  const { series, version } = candidate;
  const gate = wholeGate(recipe.gate);
  if (!candidate.eligible || imported || gate.seeds === 1 || (await registry.isPaused(series))) return [];
  const champion = await registry.champion(series);
  if (champion?.version === version || (await registry.wasRolledBack(series, version))) return [];
  if (champion?.tradable && !candidate.tradable) return [];
  const { used } = await planSeriesLook(rooms, candidate, champion?.version ?? null, gate);
  const unseen = {
    fromTime: Math.max(candidate.trainedThroughTime, champion?.trainedThroughTime ?? 0),
    toTime: candidate.dataToTime,
  };
  return isStale(unseen, used, gate.minFreshShare) ? [] : otherSeeds(recipe, gate.seeds);
}

function inputsOf(packageId: string, seeds: readonly number[]): Json {
  return { package: packageId, seeds: [...seeds], code: STEP_VERSIONS.seeds };
}
