import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { type ArtifactStore, createArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef, StepResult } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { PackageMeta } from '../contracts/package.ts';
import type {
  ReproducedStep,
  Reproduction,
  ReproductionDifference,
  ReproductionInput,
} from '../contracts/reproduction.ts';
import { seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import { inputDifferences, reproductionReason } from '../evaluation/reproduction.ts';
import { readPackage } from '../inference/package.ts';
import { exists } from '../storage/files.ts';
import { asActivity } from './activity.ts';
import { compareAnswers } from './compare-answers.ts';
import { exportSnapshot } from './export-snapshot.ts';
import { fitModel } from './fit-model.ts';
import { labelDataset } from './label-dataset.ts';
import { MODEL_FILE, quantizeModel } from './quantize-model.ts';
import type { Rooms } from './rooms.ts';

/**
 * Trains a version once more from what its package says, in a store of its own where nothing is cached: the same bars (those
 * that were kept, else the store's as of then), recipe, seed and threads. A killed one goes on where it was.
 */
export function reproduceVersion(rooms: Rooms) {
  return asActivity(async ({ series, version }: ReproductionInput): Promise<Reproduction> => {
    const record = await rooms.registry.get(seriesId(series), version);
    const { meta, modelPath } = await readPackage(rooms.artifacts, record);
    const folder = await scratchFolder(rooms.home, seriesId(series), version);
    const scratch = { ...rooms, artifacts: createArtifactStore(folder) };
    const made = new Making(rooms.artifacts, meta);
    const failure = await makeAgain(scratch, made).catch(asFailure);
    const { model } = made;
    const reproduced =
      model && (await scratch.artifacts.load(model)).files.find(({ name }) => name === MODEL_FILE)!;
    const identical = reproduced?.sha256 === meta.model.sha256;
    const found = {
      series: seriesId(series),
      version,
      identical,
      original: meta.model,
      reproduced,
      bars: made.bars,
      steps: made.steps,
      differences: made.differences,
      answers:
        model && made.dataset && !identical
          ? await compareAnswers(scratch.artifacts, made.dataset, model, { meta, modelPath })
          : null,
      failure,
    };
    await rm(folder, { recursive: true, force: true });
    return { ...found, reason: reproductionReason(found) };
  });
}

/** What was made so far, and how it compares with what there was. */
class Making {
  readonly steps: Reproduction['steps'][number][] = [];
  readonly differences: ReproductionDifference[] = [];
  readonly meta: PackageMeta;
  readonly #originals: ArtifactStore;
  bars: Reproduction['bars'] = 'kept';
  dataset: ArtifactRef | null = null;
  model: ArtifactRef | null = null;

  constructor(originals: ArtifactStore, meta: PackageMeta) {
    this.#originals = originals;
    this.meta = meta;
  }

  /** An artifact that the version was made of; null where it was removed or damaged. */
  async original(step: ReproducedStep) {
    try {
      return await this.#originals.load(this.meta.artifacts[step]);
    } catch (error) {
      if (error instanceof AlphaloomError && LOST.has(error.code)) return null;
      throw error;
    }
  }

  /** Takes over what is not made again. */
  async keep(step: ReproducedStep, to: ArtifactStore): Promise<ArtifactRef | null> {
    const original = await this.original(step);
    if (original === null) return null;
    const { artifact } = await to.save(step, original.inputs, async folder => {
      for (const { name } of original.files) await copyFile(original.path(name), join(folder, name));
      return original.result;
    });
    this.steps.push({ step, same: true, kept: true, workMs: 0, summary: 'kept from then' });
    return artifact;
  }

  async record(
    step: ReproducedStep,
    { artifact, workMs, summary }: StepResult & { workMs: number; summary: string },
    store: ArtifactStore,
  ): Promise<ArtifactRef> {
    const reference = this.meta.artifacts[step];
    const same = artifact.inputHash === reference.inputHash;
    this.steps.push({ step, same, kept: false, workMs, summary });
    if (same) return artifact;
    const original = await this.original(step);
    const { inputs } = await store.load(artifact);
    this.differences.push(
      ...(original
        ? inputDifferences(step, original.inputs, inputs)
        : [
            { step, what: LEADING[step], name: step, before: reference.inputHash, after: artifact.inputHash },
          ]),
    );
    return artifact;
  }
}

const LOST: ReadonlySet<string> = new Set(['ARTIFACT_NOT_FOUND', 'ARTIFACT_CORRUPT']);

/** What a step's inputs are first of all, where it is no longer known what they were. */
const LEADING: Readonly<Record<ReproducedStep, ReproductionDifference['what']>> = {
  snapshot: 'data',
  dataset: 'features',
  fit: 'libraries',
  model: 'libraries',
};

async function makeAgain(rooms: Rooms, made: Making): Promise<null> {
  const { artifacts } = rooms;
  const { series, recipe, dataset: report, imported } = made.meta;
  let snapshot = await made.keep('snapshot', artifacts);
  if (snapshot === null) {
    made.bars = 'exported again';
    const asOfTime = report.lastTime + TIMEFRAME_MS[series.timeframe];
    const exported = await exportSnapshot(rooms)({ series, recipe, asOfTime });
    snapshot = await made.record('snapshot', exported, artifacts);
  }
  const labelled = await labelDataset(rooms)({ snapshot, recipe });
  const dataset = await made.record('dataset', labelled, artifacts);
  made.dataset = dataset;
  const fit = imported
    ? await keepImported(made, artifacts)
    : await made.record('fit', await fitModel(rooms)({ snapshot, dataset, recipe }), artifacts);
  const exported = await quantizeModel(rooms)({ dataset, fit, recipe });
  made.model = await made.record('model', exported, artifacts);
  return null;
}

/** Its training was not ours: only what was done with it since can be done again. */
async function keepImported(made: Making, store: ArtifactStore): Promise<ArtifactRef> {
  const fit = await made.keep('fit', store);
  if (fit) return fit;
  throw new AlphaloomError(
    'ARTIFACT_NOT_FOUND',
    `It was trained elsewhere, and the file it was imported from (${made.meta.imported?.file}) is no longer kept. Import it again.`,
  );
}

/** What makes training again impossible is a finding; what passes by itself is tried again. */
function asFailure(error: unknown): { code: string; message: string } {
  if (error instanceof ApplicationFailure && error.nonRetryable && error.type && error.type !== 'INTERNAL')
    return { code: error.type, message: error.message };
  if (error instanceof AlphaloomError && LOST.has(error.code))
    return { code: error.code, message: error.message };
  throw error;
}

/** Of this run of the workflow, so that a retry goes on; what earlier runs left is removed. */
async function scratchFolder(home: string, series: string, version: number): Promise<string> {
  const folder = join(home, 'reproductions', series.replaceAll(/[:/]/g, '-'), `v${version}`);
  const run = activityInfo().workflowExecution?.runId ?? 'alone';
  if (await exists(folder)) {
    for (const name of await readdir(folder))
      if (name !== run) await rm(join(folder, name), { recursive: true, force: true });
  }
  return join(folder, run);
}
