import type { ArtifactRef } from './artifact.ts';
import type { Look } from './comparison.ts';
import type { OfferDecision } from './evidence.ts';
import type { ImportedOrigin } from './package.ts';
import type { Recipe } from './recipe.ts';
import type { Setting } from './search.ts';
import type { Series } from './series.ts';

/** Steps of `trainModel` in their order; seeds are fitted only for a candidate whose offer comes to a look. */
export const TRAINING_STEPS = [
  'exportSnapshot',
  'labelDataset',
  'fitModel',
  'quantizeModel',
  'validateModel',
  'registerVersion',
  'fitSeeds',
  'offerVersion',
] as const;
export type TrainingStep = (typeof TRAINING_STEPS)[number];

/** A model made elsewhere that takes the place of a fit. */
export interface ImportedModel {
  /** The file as it was given, and a sample of its maker's answers, if any. */
  readonly source: ArtifactRef;
  readonly origin: ImportedOrigin;
  readonly options: ImportOptions;
}

/** What an importer says of a file; what it leaves out is read from the file, or taken as Alphaloom's own models have it. */
export interface ImportOptions {
  /** Whether its output holds logits rather than probabilities. */
  readonly logits: boolean;
  /** Bars per window, where the file does not say. */
  readonly steps: number | null;
  /** The classes in the order of its output's columns. */
  readonly classes: readonly string[] | null;
  /** Which output, where there are several. */
  readonly output: string | null;
}

export interface TrainModelInput {
  readonly series: Series;
  readonly recipe: Recipe;
  /** Absent: the recipe's estimator is trained. */
  readonly imported?: ImportedModel;
  /** What was changed in the recipe of that name, by path; the recipe holds the new values. */
  readonly changes?: Readonly<Record<string, Setting>>;
  /** Only bars closed by then are used; null: all that are closed. */
  readonly asOfTime: number | null;
  /** Whether the version is offered for promotion. */
  readonly offer: boolean;
  /** Who asked, for the registry's events. */
  readonly actor: string;
}

export interface StepReport {
  readonly step: TrainingStep;
  readonly cached: boolean;
  /** From scheduling to result, waiting for a free worker included. */
  readonly ms: number;
  /** The activity's own time. */
  readonly workMs: number;
  readonly summary: string;
}

export interface TrainModelResult {
  readonly series: string;
  readonly recipe: string;
  readonly version: number;
  readonly packageId: string;
  readonly eligible: boolean;
  readonly tradable: boolean;
  readonly dataset: ArtifactRef;
  readonly evidence: ArtifactRef;
  readonly offer: OfferOutcome | null;
  readonly steps: readonly StepReport[];
}

/** How a version's offer was answered, and the numbers it rests on. */
export interface OfferOutcome {
  readonly decision: OfferDecision;
  readonly reason: string;
  readonly version: number;
  readonly champion: number | null;
  readonly comparison: ArtifactRef | null;
  /** The look that this offer made; null where it made none. Missing in results of earlier versions. */
  readonly look?: Look | null;
}

/** What the query `progress` of `trainModel` answers. */
export interface TrainingProgress {
  readonly series: string;
  readonly step: TrainingStep | 'done';
  readonly finished: readonly StepReport[];
}

/** Heartbeat of the fit, seen in the pending activity's details. */
export interface FitProgress {
  /** Rounds, epochs or iterations: what is done, of how many at most. */
  readonly round: number;
  readonly rounds: number;
  /** Within the round, where it has steps. */
  readonly step?: number;
  readonly steps?: number;
  /** At the present speed, were no round left out. */
  readonly secondsLeft?: number;
  /** What else tells how it goes, by its name. */
  readonly figures?: Readonly<Record<string, number | null>>;
  readonly loss: number | null;
  readonly bestRound: number;
  readonly bestLoss: number | null;
}

export interface TrainFleetInput {
  readonly items: readonly FleetItem[];
  readonly maxWorkers: number;
}

export interface FleetItem {
  /** `train/<series>/<hash of the input>`, made by the caller, who can hash. */
  readonly workflowId: string;
  readonly input: TrainModelInput;
}

export type FleetRow =
  | { readonly series: string; readonly ok: true; readonly result: TrainModelResult }
  | { readonly series: string; readonly ok: false; readonly error: { code: string; message: string } };

export interface TrainFleetResult {
  readonly rows: readonly FleetRow[];
  /** Missing in results of earlier versions. */
  readonly falsePromotions?: FalsePromotions;
}

/** What a fleet's looks risked. */
export interface FalsePromotions {
  readonly looks: number;
  /** The sum of their levels: so many promotions at most are to be expected if no candidate is better. */
  readonly expected: number;
}

export interface FleetProgress {
  readonly total: number;
  readonly running: readonly string[];
  readonly done: readonly FleetRow[];
}
