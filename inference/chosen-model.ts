import { basename, dirname, join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { Registry, VersionRecord } from '../registry/registry.ts';
import { exists } from '../storage/files.ts';
import type { AnsweringModel } from './answer-bars.ts';
import { PACKAGE_FILES, trainedThroughOf } from './package.ts';
import { loadPackageFolder, loadServingModel } from './serving-model.ts';

/** Which model is meant: the one that serves, a version by its number, or a package by its folder or its `model.onnx`. */
export type ModelChoice =
  | { readonly kind: 'champion' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'package'; readonly path: string };

/** A model ready to answer; dispose its session when done. */
export interface ChosenModel extends AnsweringModel {
  /** Null where a package is none of the registry's versions. */
  readonly version: VersionRecord | null;
  readonly isChampion: boolean;
  /** `v7`, or the package's folder. */
  readonly name: string;
  /** Open time of the last bar that its training may have seen. */
  readonly trainedThroughTime: number;
}

/**
 * Opens the model that is meant, with every check of serving.
 * @throws AlphaloomError CHAMPION_NONE, VERSION_NOT_FOUND, FILE_NOT_FOUND, MODEL_INVALID (a file without its package), and as
 *   `loadServingModel`
 */
export async function openChosenModel(
  { artifacts, registry }: { readonly artifacts: ArtifactStore; readonly registry: Registry },
  series: Series,
  choice: ModelChoice,
): Promise<ChosenModel> {
  if (choice.kind === 'package') return await openPackage(choice.path);
  const id = seriesId(series);
  const champion = await registry.champion(id);
  const version = choice.kind === 'version' ? await registry.get(id, choice.version) : champion;
  if (version === null) {
    const newest = (await registry.list(id)).at(-1);
    const way = newest
      ? `promote one of its versions, or name it: --version v${newest.version}.`
      : `nothing was trained for it yet: train ${series.venue}:${series.symbol} ${series.timeframe}.`;
    throw new AlphaloomError('CHAMPION_NONE', `${id} has no champion; ${way}`, { series: id });
  }
  const model = await loadServingModel(artifacts, version);
  return {
    ...model,
    isChampion: champion?.version === version.version,
    name: `v${version.version}`,
    trainedThroughTime: version.trainedThroughTime,
  };
}

async function openPackage(path: string): Promise<ChosenModel> {
  const folder = path.endsWith('.onnx') ? await folderOfModel(path) : path;
  if (!(await exists(folder))) {
    throw new AlphaloomError('FILE_NOT_FOUND', `There is no package ${folder}.`, { path: folder });
  }
  const model = await loadPackageFolder(folder);
  return {
    ...model,
    version: null,
    isChampion: false,
    name: folder,
    trainedThroughTime: trainedThroughOf(model.meta),
  };
}

/** A model's file says neither how it decides nor what it has seen: its package does. */
async function folderOfModel(path: string): Promise<string> {
  if (!(await exists(path))) {
    throw new AlphaloomError('FILE_NOT_FOUND', `There is no file ${path}.`, { path });
  }
  const folder = dirname(path);
  if (basename(path) === PACKAGE_FILES.model && (await exists(join(folder, PACKAGE_FILES.meta))))
    return folder;
  throw new AlphaloomError(
    'MODEL_INVALID',
    `${path} stands alone: without its package (${PACKAGE_FILES.meta} beside ${PACKAGE_FILES.model}) nothing says how it decides and which bars it has seen. Register it by models import ${path} SYMBOL TIMEFRAME --no-promote, and name its version.`,
    { path },
  );
}
