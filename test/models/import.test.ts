import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import type { ImportOptions } from '../../contracts/training.ts';
import type { WindowTable } from '../../features/window.ts';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { readForeignModel } from '../../models/import/foreign-model.ts';
import { foreignScores } from '../../models/import/foreign-scores.ts';
import { importedGraph } from '../../models/import/imported-graph.ts';
import type { ModelContract } from '../../models/onnx/contract.ts';
import { DATA_TYPE, type ModelProto } from '../../models/onnx/messages.ts';
import { modelFile } from '../../models/onnx/model-file.ts';
import { checkParity } from '../../models/onnx/parity.ts';
import { decodeModel, encodeModel } from '../../models/onnx/schema.ts';
import { openSession } from '../../models/onnx/session.ts';
import { golden, type PackedArray, unpackFloat32, unpackFloat64 } from '../support/golden.ts';
import { contractOf } from './fixtures.ts';

interface Golden {
  readonly cases: readonly {
    readonly file: string;
    readonly task: Task;
    readonly steps: number;
    readonly logits: boolean;
    readonly x: PackedArray;
    readonly expected: PackedArray;
  }[];
}

const FEATURES = ['feature_0', 'feature_1', 'feature_2', 'feature_3'];
const PLAIN: ImportOptions = { logits: false, steps: null, classes: null, output: null };
/** Of a probability or a return; trees of scikit-learn add in float64, those of ONNX in float32. */
const TOLERANCE = 1e-6;

for (const { file, task, steps, logits, x, expected } of golden<Golden>('imported_models.json').cases) {
  test(`${file}: imported, it answers as its maker does, and as its own graph does`, async () => {
    const foreign = readForeignModel(fileBytes(file), task, { ...PLAIN, logits });
    assert.equal(foreign.steps, steps);
    const windows = windowsOf(unpackFloat32(x), steps);
    const session = await openSession(await imported(foreign, task));
    try {
      const maker = unpackFloat64(expected);
      const outputs = TASK_CLASSES[task].length;
      const answers = logits ? calibrate(maker, noCalibration(outputs)) : maker;
      await checkParity(session, answers, windows, TOLERANCE);
      const own = await foreignScores(foreign, FEATURES, windows);
      await checkParity(
        session,
        task === 'return' ? own : calibrate(own, noCalibration(outputs)),
        windows,
        TOLERANCE,
      );
    } finally {
      await session.dispose();
    }
  });
}

test('columns of text labels are put in the order of the classes, whatever the alphabet says', () => {
  for (const file of ['sklearn-logistic.onnx', 'sklearn-boosting.onnx', 'sklearn-mlp.onnx']) {
    const { columns, columnsFrom } = readForeignModel(fileBytes(file), 'direction3', PLAIN);
    assert.deepEqual([columns, columnsFrom], [[2, 1, 0], 'as the file says'], file);
  }
});

test('columns that no label names are taken in the order of the classes, unless the importer says otherwise', () => {
  const bytes = fileBytes('torch-script.onnx');
  const silent = readForeignModel(bytes, 'direction3', PLAIN);
  assert.deepEqual([silent.columns, silent.columnsFrom], [[0, 1, 2], 'taken to be in this order']);
  const classes = ['LONG', 'SHORT', 'NO_TRADE'];
  const said = readForeignModel(bytes, 'direction3', { ...PLAIN, classes });
  assert.deepEqual([said.columns, said.columnsFrom], [[1, 2, 0], 'as said']);
});

test('labels −1, 0 and 1 are short, no trade and long', () => {
  const model = decodeModel(fileBytes('sklearn-forest.onnx'));
  labelAttribute(model).ints = [-1, 0, 1];
  assert.deepEqual(readForeignModel(encodeModel(model), 'direction3', PLAIN).columns, [0, 1, 2]);
});

test('features that the file names are chosen by name', async () => {
  const model = decodeModel(fileBytes('torch-script.onnx'));
  const names = ['feature_2', 'feature_0', 'feature_3', 'feature_1'];
  model.metadataProps = [{ key: 'feature_names', value: JSON.stringify(names) }];
  const [plain, named] = [fileBytes('torch-script.onnx'), encodeModel(model)].map(bytes =>
    readForeignModel(bytes, 'direction3', { ...PLAIN, logits: true }),
  );
  const values = Float32Array.from({ length: 3 * 8 * 4 }, (_, at) => Math.sin(at));
  const order = names.map(name => FEATURES.indexOf(name));
  const shuffled = values.map((_, at) => values[at - (at % 4) + order[at % 4]]);
  const expected = await foreignScores(plain, FEATURES, windowsOf(shuffled, 8));
  assert.deepEqual(await foreignScores(named, FEATURES, windowsOf(values, 8)), expected);
  const session = await openSession(await imported(named, 'direction3'));
  try {
    await checkParity(session, calibrate(expected, noCalibration(3)), windowsOf(values, 8), TOLERANCE);
  } finally {
    await session.dispose();
  }
});

test('a model exported for one row at a time is imported for any number, if its graph allows it', async () => {
  const foreign = readForeignModel(fileBytes('torch-one-row.onnx'), 'direction3', { ...PLAIN, logits: true });
  assert.ok(foreign.singleRow);
  const windows = windowsOf(
    Float32Array.from({ length: 5 * 8 * 4 }, (_, at) => Math.cos(at)),
    8,
  );
  const own = await foreignScores(foreign, FEATURES, windows);
  const session = await openSession(await imported(foreign, 'direction3'));
  try {
    await checkParity(session, calibrate(own, noCalibration(3)), windows, TOLERANCE);
  } finally {
    await session.dispose();
  }
});

type Change = (model: ModelProto) => unknown;

const refusals: Record<
  string,
  [file: string, reason: string, message: RegExp, Change?, Partial<ImportOptions>?]
> = {
  'a dictionary of probabilities': ['sklearn-logistic-zipmap.onnx', 'output', /options=\{'zipmap': False\}/],
  'a batch of two rows': ['torch-fixed-batch.onnx', 'input', /exactly 2 rows; export it with a dynamic/],
  'other columns than classes': ['sklearn-boosting-binary.onnx', 'output', /called 0, 1, expected SHORT/],
  'labels of other classes': [
    'sklearn-boosting.onnx',
    'output',
    /called DOWN, FLAT, UP, expected SHORT, NO_TRADE, LONG in any order; say theirs with --classes/,
    model => {
      labelAttribute(model).strings = ['DOWN', 'FLAT', 'UP'];
    },
  ],
  'an output that is not there': [
    'torch-script.onnx',
    'output',
    /no float32 output "answers"; there are: logits/,
    () => {},
    { output: 'answers' },
  ],
  'a window of other bars than said': [
    'torch-script.onnx',
    'input',
    /windows have 8 bars, not 60/,
    () => {},
    { steps: 60 },
  ],
  'a window of unsaid bars': [
    'torch-script.onnx',
    'input',
    /how many bars a window has; say it with --steps/,
    model => {
      model.graph!.input![0].type!.tensorType!.shape!.dim![1] = { dimParam: 'time' };
    },
  ],
  'a varying number of features': [
    'torch-script.onnx',
    'input',
    /number of features varies/,
    model => {
      model.graph!.input![0].type!.tensorType!.shape!.dim![2] = { dimParam: 'features' };
    },
  ],
  'an input of float64': [
    'torch-script.onnx',
    'input',
    /one float32 input/,
    model => {
      model.graph!.input![0].type!.tensorType!.elemType = DATA_TYPE.float64;
    },
  ],
  'two inputs': [
    'torch-script.onnx',
    'input',
    /got 2 inputs/,
    model => model.graph!.input!.push({ ...model.graph!.input![0], name: 'more' }),
  ],
  'operators of a time long gone': [
    'torch-script.onnx',
    'domain',
    /version 8; export it with version 9/,
    model => {
      model.opsetImport = [{ domain: '', version: 8 }];
    },
  ],
  'a loop': [
    'torch-script.onnx',
    'operator',
    /operator "Loop" is not allowed/,
    model => {
      model.graph!.node!.at(-1)!.opType = 'Loop';
    },
  ],
  'weights kept outside the file': [
    'torch-script.onnx',
    'external-data',
    /kept outside the file/,
    model => {
      model.graph!.initializer![0].externalData = [{ key: 'location', value: '/etc/passwd' }];
    },
  ],
  'metadata that name too few features': [
    'torch-script.onnx',
    'metadata',
    /must be 4 distinct names/,
    model => {
      model.metadataProps = [{ key: 'feature_names', value: '["a","b"]' }];
    },
  ],
};

for (const [what, [file, reason, message, change = () => {}, options = {}]] of Object.entries(refusals)) {
  test(`${what}: refused with what to do (${reason})`, () => {
    const model = decodeModel(fileBytes(file));
    change(model);
    assert.throws(
      () => readForeignModel(encodeModel(model), 'direction3', { ...PLAIN, ...options }),
      (error: Error & { code?: string; details?: { reason?: string } }) => {
        assert.deepEqual([error.code, error.details?.reason], ['MODEL_INVALID', reason], error.message);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('every truncation of a foreign file is refused', () => {
  const bytes = fileBytes('sklearn-boosting-binary.onnx');
  for (let length = 0; length < bytes.length; length += 1) {
    assert.throws(() => readForeignModel(bytes.slice(0, length), 'approve2', PLAIN), {
      code: 'MODEL_INVALID',
    });
  }
});

test('a recipe with other features is refused, with theirs', async () => {
  const foreign = readForeignModel(fileBytes('sklearn-logistic.onnx'), 'direction3', PLAIN);
  await assert.rejects(importedGraph(foreign, ['rsi_14']), {
    code: 'MODEL_INVALID',
    message: /takes 4 features, the recipe has 1: rsi_14/,
  });
  const named = { ...foreign, featureNames: ['a', 'b', 'c', 'feature_0'] };
  await assert.rejects(importedGraph(named, FEATURES), { message: /lacks features that it names: a, b, c/ });
});

test('logits taken for probabilities are noticed', async () => {
  const foreign = readForeignModel(fileBytes('torch-script.onnx'), 'direction3', PLAIN);
  await assert.rejects(foreignScores(foreign, FEATURES, windowsOf(new Float32Array(32), 8)), {
    code: 'PREDICTION_INVALID',
    message: /no probabilities; if these are logits, say --logits/,
  });
});

test('an operator of classical learning that is not known in that form is refused', async () => {
  const model = decodeModel(fileBytes('sklearn-logistic.onnx'));
  const classifier = model.graph!.node!.find(({ opType }) => opType === 'LinearClassifier')!;
  classifier.attribute!.find(({ name }) => name === 'post_transform')!.s = 'PROBIT';
  const foreign = readForeignModel(encodeModel(model), 'direction3', PLAIN);
  await assert.rejects(importedGraph(foreign, FEATURES), {
    code: 'MODEL_INVALID',
    message: /LinearClassifier has the post-transform PROBIT/,
  });
});

function fileBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, '../golden/onnx', name)));
}

async function imported(foreign: ReturnType<typeof readForeignModel>, task: Task): Promise<Uint8Array> {
  const classes = TASK_CLASSES[task];
  const contract: ModelContract = { ...contractOf(4), steps: foreign.steps, task, classes };
  const calibration = task === 'return' ? null : noCalibration(classes.length);
  return modelFile(await importedGraph(foreign, FEATURES), contract, calibration);
}

/** Windows of steps of their own. */
function windowsOf(x: Float32Array, steps: number): WindowTable {
  const values = new Float32Array(new SharedArrayBuffer(4 * x.length));
  values.set(x);
  const ends = Int32Array.from({ length: x.length / 4 / steps }, (_, row) => (row + 1) * steps - 1);
  return { values, ends, steps, features: 4 };
}

function labelAttribute(model: ModelProto) {
  const attributes = model.graph!.node!.flatMap(({ attribute }) => attribute ?? []);
  return attributes.find(({ name }) => name?.startsWith('classlabels_'))!;
}
