import type { DatasetDetails, DatasetReport } from '../contracts/dataset.ts';
import type { QualityReport } from '../contracts/quality.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { MarketKind, Series } from '../contracts/series.ts';
import type { AuditReport } from '../features/audit/report.ts';

export const REPORT_FILES = { json: 'report.json', markdown: 'report.md' } as const;

const FORMAT = 'alphaloom.dataset-report/1';

/** All that is known of a dataset. */
export interface DatasetDossier {
  readonly series: Series;
  readonly marketKind: MarketKind;
  readonly recipe: Recipe;
  readonly report: DatasetReport;
  readonly details: DatasetDetails;
  /** Of the bars; null where the snapshot does not know it. */
  readonly quality: QualityReport | null;
  /** Of the features of a user's own; null without any. */
  readonly audit: AuditReport | null;
}

/** `report.json`: the same dataset gives the same text, whatever the recipe is called. */
export function dossierJson({
  series,
  marketKind,
  recipe,
  report,
  details,
  quality,
  audit,
}: DatasetDossier): string {
  const { task, labels, split, weights = null, filter = null } = recipe;
  const asked = { task, labels, split, weights, filter };
  return `${JSON.stringify({ format: FORMAT, series, marketKind, recipe: asked, ...report, ...details, quality, audit }, null, 1)}\n`;
}
