// What a worker does for a dataset, in a process of its own so that its peak of memory can be read: the activity's steps on
// a snapshot file, or two rounds of a fit.
//   node bench/dataset-process.ts build|fit FOLDER FEATURES
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { offThread } from '../activities/off-thread.ts';
import { parseRecipe } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { readDataset, writeDataset } from '../datasets/dataset-file.ts';
import { dossierJson } from '../datasets/report-file.ts';
import { renderDossier } from '../datasets/report-markdown.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { findEstimator } from '../models/estimators/index.ts';
import { lightgbmLibrary } from '../test/support/lightgbm.ts';
import { wideFeatures } from './wide-features.ts';

const [mode, folder, features] = process.argv.slice(2);
const recipe = parseRecipe(
  {
    name: 'bench',
    task: 'direction3',
    features: { names: wideFeatures(Number(features)) },
    labels: { kind: 'triple-barrier', horizonBars: 24, upAtr: 2.5, downAtr: 2.5 },
    split: { train: 0.574, validation: 0.126, test: 0.3 },
    train: { estimator: 'lightgbm' },
  },
  'bench',
);
const started = performance.now();
const columns = mode === 'build' ? await build() : await fit();
process.stdout.write(
  JSON.stringify({
    columns,
    seconds: (performance.now() - started) / 1_000,
    peakGiB: process.resourceUsage().maxRSS / 1024 ** 2,
  }),
);

async function build(): Promise<number> {
  const series = { venue: 'bench', symbol: 'WALK', timeframe: '1m' } as const;
  const candles = await readSnapshot(join(folder, 'candles.arrow'));
  const { dataset, report, details } = await offThread(
    'buildDataset',
    [candles, '1m', recipe, 1],
    new AbortController().signal,
  );
  await writeDataset(dataset, join(folder, 'dataset.arrow'));
  const dossier = {
    series,
    marketKind: 'spot',
    recipe,
    report,
    details,
    quality: null,
    audit: null,
  } as const;
  await writeFile(join(folder, 'report.json'), dossierJson(dossier));
  await writeFile(join(folder, 'report.md'), renderDossier(dossier));
  return dataset.columns.length;
}

async function fit(): Promise<number> {
  const dataset = await readDataset(join(folder, 'dataset.arrow'));
  const lightgbm = findEstimator('lightgbm');
  await lightgbm.fit({
    dataset,
    train: { ...recipe.train, params: { rounds: 2 } },
    task: 'direction3',
    classes: TASK_CLASSES.direction3,
    folder,
    workFolder: join(folder, 'work'),
    libraries: { lightgbm: lightgbmLibrary() },
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return dataset.columns.length;
}
