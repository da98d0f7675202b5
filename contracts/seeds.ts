import type { ArtifactRef } from './artifact.ts';
import type { Recipe } from './recipe.ts';

/** The same training with another seed. */
export interface SeedModel {
  readonly seed: number;
  readonly fit: ArtifactRef;
  readonly model: ArtifactRef;
}

/** Seeds are 31 bits wide. */
const SEEDS = 2 ** 31;

/** The seeds after the recipe's own with which its training is repeated before a candidate is promoted. */
export function otherSeeds({ train }: Pick<Recipe, 'train'>, trainings: number): number[] {
  return Array.from({ length: trainings - 1 }, (_, at) => (train.seed + at + 1) % SEEDS);
}

/** The recipe with another seed; the seeds of an ensemble's members move as far. */
export function withSeed(recipe: Recipe, seed: number): Recipe {
  const { members, ...train } = recipe.train;
  const moved = (own: number) => (own + seed - train.seed + SEEDS) % SEEDS;
  return {
    ...recipe,
    train: {
      ...train,
      seed,
      ...(members && {
        members: members.map(member =>
          member.seed === undefined ? member : { ...member, seed: moved(member.seed) },
        ),
      }),
    },
  };
}
