import { readFile } from 'node:fs/promises';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { ParityReport } from '../contracts/evidence.ts';
import type { ImportedOrigin } from '../contracts/package.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import type { ImportedModel } from '../contracts/training.ts';
import { noCalibration } from '../models/decision/calibration.ts';
import { type ForeignModel, readForeignModel } from '../models/import/foreign-model.ts';
import { ORIGINAL_FILE, writeImportedFit } from '../models/import/import-files.ts';
import { importedGraph } from '../models/import/imported-graph.ts';
import { parseSample, readSample } from '../models/import/sample.ts';
import type { ModelContract } from '../models/onnx/contract.ts';
import { modelFile } from '../models/onnx/model-file.ts';
import { checkParity } from '../models/onnx/parity.ts';
import { openSession } from '../models/onnx/session.ts';
import { asStep } from './activity.ts';
import type { DatasetFacts } from './label-dataset.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

/** Of an import's artifact, beside the model: answers that its maker got. */
export const SAMPLE_FILE = 'sample.json';

/** Of a probability, or of the largest return: another runtime adds in another order, and trees elsewhere in float64. */
const SAMPLE_TOLERANCE = 1e-4;

/** The artifact's result. */
export interface ImportedFitFacts {
  readonly origin: ImportedOrigin;
  /** Against the sample; null where none was given. */
  readonly sample: ParityReport | null;
  /** Which class each column of its output is held for, and who says so; null in a task without classes. */
  readonly columns: string | null;
}

interface Input {
  readonly dataset: ArtifactRef;
  readonly recipe: Recipe;
  readonly imported: ImportedModel;
}

/**
 * Takes a model made elsewhere for a fit: reads it, fits it to the dataset's features, and compares it with a sample of its
 * maker's answers. That it answers after rewriting as before is proven like that of any other fit, when it is exported.
 */
export function importModel({ artifacts }: Rooms) {
  return asStep(async ({ dataset, recipe, imported }: Input) => {
    const { source, origin, options } = imported;
    const inputs = {
      dataset: dataset.inputHash,
      source: source.inputHash,
      origin,
      options,
      task: recipe.task,
      steps: recipe.train.params.steps,
      code: STEP_VERSIONS.fit,
    };
    const saved = await artifacts.save(
      'fit',
      inputs as unknown as Json,
      async (folder): Promise<ImportedFitFacts> => {
        const { result } = await artifacts.load<DatasetFacts>(dataset);
        refuseSeenTest(origin, result);
        const given = await artifacts.load(source);
        const bytes = new Uint8Array(await readFile(given.path(ORIGINAL_FILE)));
        const foreign = readForeignModel(bytes, recipe.task, options);
        const { featureNames } = result;
        // Refuses what may not be served before anything of the file runs.
        await importedGraph(foreign, featureNames);
        const hasSample = given.files.some(({ name }) => name === SAMPLE_FILE);
        const sample = hasSample
          ? await compareSample(await readFile(given.path(SAMPLE_FILE), 'utf8'), foreign, recipe, result)
          : null;
        await writeImportedFit(folder, bytes, { task: recipe.task, options, featureNames });
        return { origin, sample, columns: describeColumns(foreign, TASK_CLASSES[recipe.task]) };
      },
    );
    const { sample, columns } = saved.result;
    const compared = sample
      ? `within ${sample.maxDifference.toExponential(1)} of its sample of ${sample.rows} rows`
      : 'no sample given';
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: [
        `${origin.file}, sha256 ${origin.sha256.slice(0, 12)}…`,
        ...(columns ? [columns] : []),
        compared,
      ].join('; '),
    };
  });
}

/** Where nothing in the file says, its importer should see what was assumed. */
function describeColumns({ columns, columnsFrom }: ForeignModel, classes: readonly string[]): string | null {
  if (classes.length === 0) return null;
  const names = classes.map((_, column) => classes[columns.indexOf(column)]);
  return `columns ${names.join(', ')} ${columnsFrom}`;
}

/** What a model has seen says nothing of what it has not. */
function refuseSeenTest({ file, trainedThroughTime }: ImportedOrigin, { report }: DatasetFacts): void {
  const { fromTime } = report.blocks.test;
  if (trainedThroughTime === null || trainedThroughTime < fromTime) return;
  const [through, from] = [trainedThroughTime, fromTime].map(time => new Date(time).toISOString());
  throw new AlphaloomError(
    'MODEL_SAW_TEST',
    `${file} was trained through ${through}, and the test block begins at ${from}: it would be judged by bars that it has seen. Bring newer bars, or use a split whose test block begins later.`,
    { trainedThroughTime, testFromTime: fromTime },
  );
}

async function compareSample(
  json: string,
  foreign: ForeignModel,
  recipe: Recipe,
  { featureNames, schemaHash }: DatasetFacts,
): Promise<ParityReport> {
  const { windows, expected } = readSample(parseSample(JSON.parse(json), SAMPLE_FILE), foreign, featureNames);
  const classes = TASK_CLASSES[recipe.task];
  const contract: ModelContract = {
    ...{ featureNames, schemaHash, steps: foreign.steps, task: recipe.task, classes },
    packageId: 'sample',
  };
  const calibration = recipe.task === 'return' ? null : noCalibration(classes.length);
  const session = await openSession(
    modelFile(await importedGraph(foreign, featureNames), contract, calibration),
  );
  try {
    return await checkParity(session, expected, windows, SAMPLE_TOLERANCE).catch(explainDifference);
  } finally {
    await session.dispose();
  }
}

function explainDifference(error: unknown): never {
  if (!(error instanceof AlphaloomError) || error.code !== 'PARITY_FAILED') throw error;
  const { maxDifference, tolerance, disagreements, rows } = error.details as unknown as ParityReport;
  throw new AlphaloomError(
    'SAMPLE_INVALID',
    `The model differs from its sample by up to ${maxDifference.toPrecision(3)} (${tolerance} is allowed) and chooses another class in ${disagreements} of ${rows} rows. Check the order of the columns (--classes), whether they are logits (--logits), and the order of the features.`,
    error.details,
    { cause: error },
  );
}
