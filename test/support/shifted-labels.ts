import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DATASET_FILE } from '../../activities/label-dataset.ts';
import type { Rooms } from '../../activities/rooms.ts';
import type { ArtifactRef, Json } from '../../contracts/artifact.ts';
import type { Dataset } from '../../contracts/dataset.ts';
import { UNLABELLED } from '../../contracts/tasks.ts';
import { readDataset, writeDataset } from '../../datasets/dataset-file.ts';

/**
 * A dataset whose labels are moved along the labelled rows by so many, those of the end coming first: as common, and as
 * alike from bar to bar, as before, and worth nothing to any model.
 */
export async function shiftLabels(
  { artifacts }: Rooms,
  dataset: ArtifactRef,
  rows: number,
): Promise<ArtifactRef> {
  const { path, files, result } = await artifacts.load<Json>(dataset);
  const inputs = { of: dataset.inputHash, shiftedBy: rows };
  const { artifact } = await artifacts.save('dataset', inputs, async folder => {
    for (const { name } of files) {
      if (name !== DATASET_FILE) await copyFile(path(name), join(folder, basename(name)));
    }
    await writeDataset(shifted(await readDataset(path(DATASET_FILE)), rows), join(folder, DATASET_FILE));
    return result;
  });
  return artifact;
}

function shifted(dataset: Dataset, by: number): Dataset {
  const { bar } = dataset;
  const label = dataset.label.slice();
  const labelEnd = dataset.labelEnd.slice();
  const labelled = [...bar.keys()].filter(row => dataset.label[row] !== UNLABELLED);
  const last = bar.at(-1)!;
  for (const [at, row] of labelled.entries()) {
    const source = labelled[(at + by) % labelled.length]!;
    label[row] = dataset.label[source]!;
    labelEnd[row] = Math.min(last, bar[row]! + dataset.labelEnd[source]! - bar[source]!);
  }
  return { ...dataset, label, labelEnd };
}
