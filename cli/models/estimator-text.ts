import type { ArtifactStore } from '../../artifacts/store.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { TrainSpec } from '../../contracts/recipe.ts';
import { readPackage } from '../../inference/package.ts';
import type { VersionRecord } from '../../registry/registry.ts';

/** `lightgbm`, or what an ensemble is made of: `mean of lightgbm, lstm`; the code where the package can't be read. */
export async function estimatorName(artifacts: ArtifactStore, version: VersionRecord): Promise<string> {
  try {
    const { meta } = await readPackage(artifacts, version);
    return nameOf(meta.recipe.train);
  } catch (error) {
    if (error instanceof AlphaloomError) return error.code;
    throw error;
  }
}

/** The estimator with its seed and parameters, a line each for the members of an ensemble. */
export function renderEstimator({
  estimator,
  seed,
  threads,
  classWeights,
  params,
  members,
}: TrainSpec): string[] {
  const own = `estimator ${estimator}, seed ${seed}, ${threads} thread${threads === 1 ? '' : 's'}, class weights ${classWeights}${listed(params)}`;
  const parts = (members ?? []).map(
    member => `  of ${member.estimator}, seed ${member.seed ?? seed}${listed(member.params)}`,
  );
  return [own, ...parts];
}

function nameOf({ estimator, members }: TrainSpec): string {
  return members ? `${estimator} (${members.map(member => member.estimator).join(', ')})` : estimator;
}

function listed(params: TrainSpec['params']): string {
  const entries = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  return entries.length === 0 ? '' : `: ${entries.join(', ')}`;
}
