// A whole training of the 690,000-weight CNN-LSTM as the pipeline does it: process, batches, evaluation, checkpoints.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRow } from '../cli/dev.ts';
import type { Dataset } from '../contracts/dataset.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import { cnnLstm } from '../models/estimators/cnn-lstm.ts';
import { RandomStream } from '../models/nets/random-stream.ts';
import { report } from './measure.ts';

const STEPS = 60;
const FEATURES = 15;
const WINDOWS = { train: 35_000, validation: 3_500 };
const EPOCHS = 5;
const BATCH = 64;
const THREADS = 2;
const TARGET_SECONDS = 120;

const home = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
try {
  const folder = join(home, 'fit');
  await mkdir(folder);
  const started = performance.now();
  const { rounds } = await cnnLstm.fit({
    ...{ dataset: drawnDataset(), task: 'direction3', classes: TASK_CLASSES.direction3 },
    train: {
      ...{ estimator: 'cnn-lstm', seed: 1, threads: THREADS, classWeights: 'balanced' },
      params: { steps: STEPS, epochs: EPOCHS, batch_size: BATCH, patience: EPOCHS },
    },
    ...{ folder, workFolder: join(home, 'work'), libraries: {}, signal: new AbortController().signal },
    onProgress: () => {},
  });
  const seconds = (performance.now() - started) / 1_000;
  const row: BenchRow = {
    work: `CNN-LSTM, ${WINDOWS.train} windows [${STEPS}, ${FEATURES}], ${rounds} epochs at batch ${BATCH}, ${THREADS} threads`,
    ours: seconds,
    reference: null,
    reference_name: 'none: a goal',
    unit: 's',
    ratio: null,
    target: `< ${TARGET_SECONDS} s`,
    holds: seconds < TARGET_SECONDS,
  };
  report('net-fit', [row]);
} finally {
  await rm(home, { recursive: true, force: true });
}

/** Features and classes without meaning: speed is the same. */
function drawnDataset(): Dataset {
  const rows = WINDOWS.train + WINDOWS.validation + STEPS - 1;
  const draw = new RandomStream(1, 'bench');
  const columns = Array.from({ length: FEATURES }, (_, f) => draw.normal(f, new Float32Array(rows)));
  const bar = Int32Array.from({ length: rows }, (_, row) => row);
  const block = (row: number) => (row < STEPS - 1 ? -1 : row < STEPS - 1 + WINDOWS.train ? 0 : 1);
  return {
    featureNames: columns.map((_, f) => `feature_${f}`),
    schemaHash: 'bench',
    columns,
    label: Int8Array.from(bar, row => row % 3),
    bar,
    openTime: Float64Array.from(bar),
    labelEnd: bar.map(row => row + 1),
    block: Int8Array.from(bar, block),
  };
}
