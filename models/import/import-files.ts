import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '../../contracts/tasks.ts';
import type { ImportOptions } from '../../contracts/training.ts';
import { writeFileAtomic } from '../../storage/files.ts';
import { type ForeignModel, readForeignModel } from './foreign-model.ts';

/** The file as it was given, in an import's artifact and in the fit that is made of it. */
export const ORIGINAL_FILE = 'original.onnx';
const FACTS_FILE = 'import.json';

/** What an imported fit must know to be read again. */
export interface ImportFacts {
  readonly task: Task;
  readonly options: ImportOptions;
  /** Of the dataset, in its order. */
  readonly featureNames: readonly string[];
}

export interface ImportedFit extends ImportFacts {
  readonly foreign: ForeignModel;
}

export async function writeImportedFit(
  folder: string,
  original: Uint8Array,
  facts: ImportFacts,
): Promise<void> {
  await writeFileAtomic(join(folder, ORIGINAL_FILE), original);
  await writeFileAtomic(join(folder, FACTS_FILE), `${JSON.stringify(facts, null, 1)}\n`);
}

/** @throws AlphaloomError MODEL_INVALID */
export async function readImportedFit(folder: string): Promise<ImportedFit> {
  const facts = JSON.parse(await readFile(join(folder, FACTS_FILE), 'utf8')) as ImportFacts;
  const bytes = new Uint8Array(await readFile(join(folder, ORIGINAL_FILE)));
  return { ...facts, foreign: readForeignModel(bytes, facts.task, facts.options) };
}
