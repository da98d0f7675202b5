import type { ArtifactRef, FileDigest } from './artifact.ts';
import type { DatasetReport } from './dataset.ts';
import type { DecisionRule } from './decision.ts';
import type { Recipe } from './recipe.ts';
import type { MarketKind, Series } from './series.ts';
import type { Task } from './tasks.ts';

/** A model that was trained elsewhere. */
export interface ImportedOrigin {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly sha256: string;
  /** Open time of the last bar that its training saw, as its importer says; null: not said. */
  readonly trainedThroughTime: number | null;
}

/** `meta.json` of a package: everything needed to serve the model and to make it again. */
export interface PackageMeta {
  /** Hash of the model's inputs; also written into `model.onnx`. */
  readonly packageId: string;
  readonly series: Series;
  readonly marketKind: MarketKind;
  /** Trained on generated bars; packages of earlier versions do not say, and were not. */
  readonly synthetic?: boolean;
  /** Absent: trained here. */
  readonly imported?: ImportedOrigin;
  readonly task: Task;
  readonly classes: readonly string[];
  readonly steps: number;
  readonly featureNames: readonly string[];
  readonly schemaHash: string;
  readonly recipe: Recipe;
  /** Packages of earlier versions have none: the likeliest class is chosen. */
  readonly decision?: DecisionRule;
  readonly dataset: DatasetReport;
  /** Open time of the bar at which recursive indicators start. */
  readonly anchorTime: number;
  readonly artifacts: Readonly<Record<'snapshot' | 'dataset' | 'fit' | 'model' | 'evidence', ArtifactRef>>;
  readonly model: FileDigest;
  /** What made it: libraries and platform are part of the hashes, Alphaloom's own version is not (its steps' versions are). */
  readonly madeWith: Readonly<Record<string, string>>;
}
