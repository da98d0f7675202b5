import { storableJson } from '../artifacts/canonical-json.ts';
import { sha256 } from '../artifacts/input-hash.ts';
import type { Json } from '../contracts/artifact.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { TrialRecord } from '../contracts/trials.ts';
import type { Registry } from '../registry/registry.ts';

/** Leaves a trial in the registry's history; the same scoring is one event, however often it is asked for. */
export async function logTrial(
  registry: Registry,
  series: Series,
  record: TrialRecord,
  actor: string,
): Promise<void> {
  const id = seriesId(series);
  await registry.append({
    operationId: `trial/${id}/${record.artifact.inputHash}`,
    series: id,
    version: null,
    kind: 'trial',
    actor,
    detail: record as unknown as Json,
  });
}

/** Every scoring of a trial that was ever logged for a series, oldest first. */
export async function readTrials(registry: Registry, series: Series): Promise<TrialRecord[]> {
  return (await registry.trials(seriesId(series))).map(({ detail }) => detail as unknown as TrialRecord);
}

/**
 * What a trial is known by, whatever data and folds it was scored on.
 * @param imported SHA-256 (hex) of a model that was trained elsewhere; the recipe does not tell one from another
 */
export function configurationOf(
  { task, features, labels, weights, filter, train, decision }: Recipe,
  imported?: string,
): string {
  return sha256(storableJson({ task, features, labels, weights, filter, train, decision, imported }));
}
