import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../storage/files.ts';
import type { Tensors } from '../training/fit-state.ts';
import { decodeTensors, encodeTensors } from '../training/tensor-file.ts';
import type { NetFitResult } from './net-job.ts';
import type { NetModel } from './net-model.ts';

const FIT_FILE = 'fit.json';
/** Weights and running statistics in the safetensors format: of the best epoch, which is the model, and of the last one. */
const BEST_FILE = 'best.safetensors';
const LAST_FILE = 'last.safetensors';

/** `fit.json`: what the net is and how its training went; nothing in it depends on time or machine. */
export interface NetFit extends NetModel {
  /** Number of weights. */
  readonly weights: number;
  readonly bestRound: number;
  /** Per epoch; null where it was not finite. */
  readonly losses: NetFitResult['state']['losses'];
  /** Halvings of the learning rate after steps that were not finite. */
  readonly halvings: number;
}

export async function writeNetFit(
  folder: string,
  { model, state, best, last, dims }: NetFitResult,
): Promise<void> {
  const fit: NetFit = {
    ...model,
    weights: Object.entries(best).reduce(
      (sum, [name, values]) => sum + (isWeight(name) ? values.length : 0),
      0,
    ),
    bestRound: state.best!.epoch,
    losses: state.losses,
    halvings: state.halvings,
  };
  const encoded = (tensors: Tensors) =>
    encodeTensors(
      Object.entries(tensors).map(([name, values]) => [name, { dims: dims[name], values }]),
      { estimator: model.estimator },
    );
  await writeFileAtomic(join(folder, BEST_FILE), encoded(best));
  await writeFileAtomic(join(folder, LAST_FILE), encoded(last));
  await writeFileAtomic(join(folder, FIT_FILE), `${JSON.stringify(fit, null, 1)}\n`);
}

export async function readNetFit(folder: string): Promise<NetFit> {
  return JSON.parse(await readFile(join(folder, FIT_FILE), 'utf8')) as NetFit;
}

/** Weights and running statistics of the model. @throws AlphaloomError ARTIFACT_CORRUPT */
export async function readWeights(folder: string): Promise<Tensors> {
  const { tensors } = decodeTensors(await readFile(join(folder, BEST_FILE)), BEST_FILE);
  return Object.fromEntries([...tensors].map(([name, { values }]) => [name, values]));
}

function isWeight(name: string): boolean {
  return !/\.running_(mean|var)$/.test(name);
}
