import { writeFile } from 'node:fs/promises';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { DEFAULT_AUDIT } from '../features/audit/audit.ts';
import { type AuditReport, describeFinding } from '../features/audit/report.ts';
import type { FeatureDefinition } from '../features/definition.ts';
import { schemaHash } from '../features/schema.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { offThread } from './off-thread.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

const AUDIT_FILE = 'audit.json';

/**
 * Audits the features of the recipe's own files on the bars they are to be trained on; the same files on the same bars
 * once. Built-in features are audited by the project's tests: null where a recipe has no others.
 * @throws AlphaloomError FEATURE_LEAKS; FEATURE_INVALID where a formula fails
 */
export async function auditOwnFeatures(
  artifacts: Rooms['artifacts'],
  { snapshot, recipe }: { readonly snapshot: ArtifactRef; readonly recipe: Recipe },
  features: readonly FeatureDefinition[],
  signal: AbortSignal,
): Promise<AuditReport | null> {
  const own = features.filter(({ contentHash }) => contentHash !== undefined);
  if (own.length === 0) return null;
  const schema = schemaHash(own);
  const inputs = {
    snapshot: snapshot.inputHash,
    schema,
    ...DEFAULT_AUDIT,
    code: STEP_VERSIONS.audit,
  };
  const { result } = await artifacts.save('audit', inputs, async folder => {
    const loaded = await artifacts.load(snapshot);
    const { timeframe } = (loaded.result as unknown as SnapshotFacts).series;
    const bars = await readSnapshot(loaded.path(SNAPSHOT_FILE));
    const names = own.map(({ name }) => name);
    const work = [bars, timeframe, recipe.features.files, names, schema, DEFAULT_AUDIT] as const;
    const report = await offThread('auditNamedFeatures', [...work], signal);
    requireClean(report);
    await writeFile(`${folder}/${AUDIT_FILE}`, JSON.stringify(report, null, 2));
    return report as unknown as Record<string, Json>;
  });
  return result as unknown as AuditReport;
}

function requireClean({ findings, seed, cuts }: AuditReport): void {
  if (findings.length === 0) return;
  const others = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  throw new AlphaloomError('FEATURE_LEAKS', `${describeFinding(findings[0])}${others}.`, {
    findings,
    seed,
    cuts,
  });
}
