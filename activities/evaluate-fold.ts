import type { ArtifactRef } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { FoldSpec } from '../contracts/split.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { foldAt } from '../datasets/folds.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { foldDataset } from '../evaluation/folds/out-of-fold.ts';
import { type History, historyBeforeTest } from '../evaluation/history.ts';
import { estimatorOf } from '../models/estimators/index.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { DATASET_FILE, type DatasetFacts } from './label-dataset.ts';
import { foldMaker } from './predict-fold.ts';
import type { Rooms } from './rooms.ts';

/** A recipe that is evaluated, on what. */
export interface EvaluatedFolds {
  readonly recipe: Recipe;
  readonly spec: FoldSpec;
  readonly snapshot: ArtifactRef;
  readonly dataset: ArtifactRef;
}

type Input = EvaluatedFolds & { readonly fold: number };

/** Fits the model of one fold and asks it about the fold's test rows. */
export function evaluateFold(rooms: Rooms) {
  return asStep(async ({ fold, ...folds }: Input, running) => {
    const { recipe, spec, dataset } = folds;
    refuseJumps(recipe, spec);
    const { history, facts } = await readHistory(rooms, folds);
    const make = await foldMaker(
      rooms,
      { dataset, recipe, spec, ground: null },
      history,
      facts.marketKind,
      running,
    );
    const rowsOf = () => foldAt(history.rows, history.dataset, spec, history.embargoBars, fold);
    const { artifact, cached } = await make(() => foldDataset(history.dataset, rowsOf(), fold, recipe), fold);
    return { artifact, cached, summary: `fold ${fold}` };
  });
}

/** What stands before the test block: nothing that a recipe is chosen by may read further. */
export async function readHistory(
  { artifacts }: Pick<Rooms, 'artifacts'>,
  { snapshot, dataset }: Pick<EvaluatedFolds, 'snapshot' | 'dataset'>,
): Promise<{ history: History; facts: SnapshotFacts }> {
  const frozen = await artifacts.load<SnapshotFacts>(snapshot);
  const labelled = await artifacts.load<DatasetFacts>(dataset);
  const history = historyBeforeTest(
    await readDataset(labelled.path(DATASET_FILE)),
    await readSnapshot(frozen.path(SNAPSHOT_FILE)),
    labelled.result.report.embargoBars,
    null,
  );
  return { history, facts: frozen.result };
}

/** Who learns by trading goes from bar to bar; the rows of combinatorial folds stand on both sides of what is tested. */
function refuseJumps({ train, name }: Recipe, { kind }: FoldSpec): void {
  if (kind === 'walk-forward' || !estimatorOf(train).trades) return;
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `${name}: ${train.estimator} learns by trading bar after bar, and combinatorial folds cut its bars into pieces. Evaluate it walk-forward.`,
    { path: 'split.folds.kind', got: kind, expected: 'walk-forward' },
  );
}
