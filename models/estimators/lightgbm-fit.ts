import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../storage/files.ts';
import type { FitResult } from './lightgbm-job.ts';

const MODEL_FILE = 'model.txt';
const FIT_FILE = 'fit.json';

/** `fit.json`: how the training went; nothing in it depends on time or machine. */
export interface LightgbmFit {
  readonly featureNames: readonly string[];
  readonly classes: readonly string[];
  readonly bestRound: number;
  /** Validation loss of each round. */
  readonly losses: readonly number[];
  /** Gain per feature. */
  readonly gains: readonly number[];
}

export async function writeLightgbmFit(
  folder: string,
  { modelText, bestRound, losses, gains }: FitResult,
  featureNames: readonly string[],
  classes: readonly string[],
): Promise<void> {
  const fit: LightgbmFit = { featureNames, classes, bestRound, losses, gains };
  await writeFileAtomic(join(folder, MODEL_FILE), modelText);
  await writeFileAtomic(join(folder, FIT_FILE), `${JSON.stringify(fit, null, 1)}\n`);
}

/** LightGBM's text model, which LightGBM itself reads too. */
export async function readModelText(folder: string): Promise<string> {
  return await readFile(join(folder, MODEL_FILE), 'utf8');
}

export async function readLightgbmFit(folder: string): Promise<LightgbmFit> {
  return JSON.parse(await readFile(join(folder, FIT_FILE), 'utf8')) as LightgbmFit;
}
