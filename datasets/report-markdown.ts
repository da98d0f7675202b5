import { BLOCKS, type FeatureReport, STRONG_DRIFT } from '../contracts/dataset.ts';
import { plain, table, textTable } from '../contracts/markdown.ts';
import { seriesId } from '../contracts/series.ts';
import { LONG, SHORT, TASK_CLASSES } from '../contracts/tasks.ts';
import { decimals, percent, utc } from '../contracts/wording.ts';
import { describeFinding } from '../features/audit/report.ts';
import type { DatasetDossier } from './report-file.ts';

/** Of a list that may be long, as many lines as people read. */
const MOST_LINES = 20;
/** Population stability index from which a distribution moved a little. */
const SLIGHT_DRIFT = 0.1;

/** `report.md`: what the dataset holds, what may be wrong with it. Same input, same bytes. */
export function renderDossier(dossier: DatasetDossier): string {
  const sections = [
    headingSection,
    blockSection,
    labelSection,
    driftSection,
    missingSection,
    correlationSection,
    foldSection,
    qualitySection,
    auditSection,
  ].map(section => section(dossier));
  return `${sections.filter(section => section !== null).join('\n\n')}\n`;
}

function headingSection({ series, marketKind, recipe, report }: DatasetDossier): string {
  return `# Dataset of ${seriesId(series)}

${report.bars} ${series.timeframe} bars (${marketKind}) from ${utc(report.firstTime)} to ${utc(report.lastTime)}: ${report.rows} rows after ${report.warmUpBars} bars of warm-up, ${Object.keys(report.missing).length} features, ${recipe.labels.kind} labels for the task ${recipe.task}.`;
}

function blockSection({ recipe, report }: DatasetDossier): string {
  const classes = TASK_CLASSES[recipe.task];
  const rows = BLOCKS.map(name => {
    const block = report.blocks[name];
    const shares = block.classes.map(count => percent(count / block.rows));
    return [name, String(block.rows), utc(block.fromTime), utc(block.toTime), ...shares];
  });
  const filtered = recipe.filter
    ? ` ${report.filteredRows} training rows were left out as outliers (a feature over ${recipe.filter.threshold} robust deviations from its median).`
    : '';
  return `## Blocks

${report.purgedRows} labelled rows were purged because their labels reach into the next block, or they start within the embargo of ${report.embargoBars} bars after one; ${report.unlabelledRows} have no label.${filtered} Bars after ${utc(report.trainedThroughTime)} are unseen.

${table(['block', 'rows', 'from', 'to', ...classes], rows)}`;
}

function labelSection({ marketKind, recipe, report, details }: DatasetDossier): string {
  const { labels } = details;
  const { train } = report.blocks;
  const decided = labels.decidedBy;
  const share = (count: number) => percent(count / train.rows);
  const lines = [
    `A label is decided after ${decimals(report.meanHoldingBars, 1)} bars on average (median ${decimals(report.medianHoldingBars, 1)}) of at most ${recipe.labels.horizonBars}.`,
    `${decimals(labels.meanConcurrency, 1)} labels run at the same time; the average uniqueness is ${decimals(labels.averageUniqueness, 3)}: ${train.rows} training rows say about as much as ${Math.round(train.rows * labels.averageUniqueness)} that do not overlap.`,
    decided &&
      `Decided by the upper barrier: ${share(decided.upper)}, by the lower: ${share(decided.lower)}, by time: ${share(decided.time)}; ${decided.both} rows by a bar that reached both, whose order is unknown.`,
    labels.target &&
      `The return to expect: mean ${decimals(labels.target.mean, 5)}, deviation ${decimals(labels.target.deviation, 5)}, from ${decimals(labels.target.min, 4)} to ${decimals(labels.target.max, 4)}.`,
    spotLine(marketKind, recipe.task, train),
  ];
  return `## Labels

Of the training block.

${lines
  .filter(line => line !== null)
  .map(line => `- ${line}`)
  .join('\n')}`;
}

/** Labels know nothing of the market's kind; who trades there has to. */
function spotLine(
  marketKind: string,
  task: string,
  train: { readonly rows: number; readonly classes: readonly number[] },
): string | null {
  if (marketKind !== 'spot' || task !== 'direction3') return null;
  const share = (value: number) => percent(train.classes[value] / train.rows);
  return `On spot only LONG opens a position: ${share(LONG)} of the rows. SHORT (${share(SHORT)}) closes a long that is held and otherwise means to stay out, as NO_TRADE does.`;
}

function driftSection({ details }: DatasetDossier): string {
  const known = details.features.filter(({ psi }) => psi !== null);
  const worst = [...known].sort((a, b) => b.psi! - a.psi!).filter(({ psi }) => psi! >= SLIGHT_DRIFT);
  const strong = worst.filter(({ psi }) => psi! >= STRONG_DRIFT).length;
  const rows = worst
    .slice(0, MOST_LINES)
    .map(({ name, psi, ks }) => [name, decimals(psi, 3), decimals(ks, 3)]);
  const text = `Between training and test rows ${strong} of ${known.length} features changed their distribution (population stability index by the training deciles from ${STRONG_DRIFT}), ${worst.length - strong} slightly (from ${SLIGHT_DRIFT}).`;
  return `## Drift

${text}${rows.length ? `\n\n${table(['feature', 'PSI', 'KS distance'], rows)}` : ''}${more(worst.length)}`;
}

function missingSection({ details }: DatasetDossier): string {
  const total = ({ missing, filled }: FeatureReport) =>
    BLOCKS.reduce((sum, name) => sum + missing[name] + filled[name], 0);
  const affected = details.features.filter(feature => total(feature) > 0).sort((a, b) => total(b) - total(a));
  if (affected.length === 0) return '## Missing values\n\nNone in any block.';
  const rows = affected
    .slice(0, MOST_LINES)
    .map(({ name, missing, filled }) => [
      name,
      ...BLOCKS.map(block => `${missing[block]} (${filled[block]})`),
    ]);
  return `## Missing values

Values that stayed missing, and in brackets those that were filled from the bars before.

${table(['feature', ...BLOCKS], rows)}${more(affected.length)}`;
}

function correlationSection({ details }: DatasetDossier): string {
  const { closest, rows } = details.correlation;
  const head = `## Correlation\n\n${closest.length} pairs of features say nearly the same (|ρ| ≥ 0.95 on ${rows} training rows).`;
  if (closest.length === 0) return head;
  const lines = closest.slice(0, MOST_LINES).map(({ a, b, rho }) => [a, b, decimals(rho, 4)]);
  return `${head}\n\n${textTable(['feature', 'feature', 'ρ'], lines)}${more(closest.length)}`;
}

function foldSection({ recipe, details }: DatasetDossier): string | null {
  const { folds } = recipe.split;
  if (!folds) return null;
  const rows = details.folds.map((fold, index) => [
    String(index + 1),
    ...BLOCKS.map(name => String(fold.rows[name])),
    String(fold.purgedRows),
    utc(fold.testFromTime),
    utc(fold.testToTime),
  ]);
  return `## Folds

${details.folds.length} further partitions of the labelled rows, ${folds.kind}, purged like the blocks.

${table(['fold', ...BLOCKS, 'purged', 'test from', 'test to'], rows)}`;
}

function qualitySection({ quality }: DatasetDossier): string | null {
  if (!quality) return null;
  const rows = quality.rules.map(({ rule, value, threshold, ok }) => [
    rule,
    number(value),
    number(threshold),
    ok ? 'yes' : 'no',
  ]);
  return `## Quality of the bars

${quality.missingBars} of ${quality.expectedBars} bars are missing, in ${quality.gaps} gaps; ${quality.zeroVolumeBars} had no volume; ${quality.jumps} returns were jumps, ${quality.spikes} of them spikes.

${table(['rule', 'value', 'allowed', 'holds'], rows)}`;
}

function auditSection({ audit }: DatasetDossier): string {
  if (!audit) return '## Audit\n\nAll features are built in.';
  const { features, bars, cuts, findings } = audit;
  const text = `${features.length} own features were audited on ${bars} bars at ${cuts} cuts: ${findings.length === 0 ? 'none reads the future' : `${findings.length} findings`}.`;
  return `## Audit

${text}${findings.map(finding => `\n- ${plain(describeFinding(finding))}`).join('')}`;
}

function more(lines: number): string {
  return lines > MOST_LINES ? `\n\n… and ${lines - MOST_LINES} more in report.json.` : '';
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : decimals(value, 4);
}
