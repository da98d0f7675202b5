import { BLOCKS } from '../contracts/dataset.ts';
import { LIKELIEST } from '../contracts/decision.ts';
import type { Evidence, Metrics, SharpeEvidence } from '../contracts/evidence.ts';
import type { LabelSpec, TripleBarrierSpec } from '../contracts/labels.ts';
import { plain, table, textTable } from '../contracts/markdown.ts';
import type { ImportedOrigin, PackageMeta } from '../contracts/package.ts';
import { seriesId } from '../contracts/series.ts';
import { aucName, basisPoints, decimals, interval, joined, percent, utc } from '../contracts/wording.ts';
import { featureSection } from './card-features.ts';
import { calibrationSentence, decisionSentence } from './decision-words.ts';

/** What a card tells of the package itself. */
export type CardMeta = Omit<PackageMeta, 'artifacts' | 'model'>;

/** A form of the model that was tried for serving. */
export interface CardVariant {
  readonly variant: string;
  readonly chosen: boolean;
  readonly reason: string;
  /** Null where it could not be made. */
  readonly measures: {
    readonly bytes: number;
    /** Share of validation rows on which it decides as the float model. */
    readonly agreement: number;
    readonly maxProbabilityDifference: number;
  } | null;
}

/** `card.md`: what the model is, what it was shown, how it did, and where not to trust it. Same input, same bytes. */
export function renderCard(meta: CardMeta, evidence: Evidence, variants: readonly CardVariant[]): string {
  const sections = [
    heading(meta, evidence),
    dataSection(meta),
    featureSection(meta.featureNames, evidence),
    evidenceSection(evidence),
    decisionSection(meta, evidence),
    confusionSection(evidence),
    backtestSection(evidence),
    gateSection(evidence),
    ...(variants.length > 1 ? [variantSection(variants)] : []),
    limitSection(meta, evidence),
    originSection(meta, evidence),
  ];
  return `${sections.join('\n\n')}\n`;
}

function heading(meta: CardMeta, evidence: Evidence): string {
  const { recipe } = meta;
  const about = recipe.description ? `\n\n${plain(recipe.description)}` : '';
  const verdict = evidence.eligible ? 'passed every required rule of' : 'did not pass';
  const use = evidence.tradable
    ? 'It showed an edge after costs: tradable.'
    : 'It showed no edge after costs: for signals and paper trading only.';
  const origin = meta.synthetic
    ? ' It was trained and judged on generated bars: nothing here says anything of a market.'
    : '';
  const elsewhere = meta.imported ? ` ${importedSentence(meta.imported)}` : '';
  return `# ${seriesId(meta.series)} · ${recipe.name}

${SUBJECTS[meta.task]} ${meta.series.symbol} (${meta.series.venue}, ${meta.marketKind}) on closed ${meta.series.timeframe} bars, by the estimator ${plain(recipe.train.estimator)}. ${labelSentence(recipe.labels)} It ${verdict} the gate. ${use}${origin}${elsewhere}${about}`;
}

function importedSentence({ file, sha256, trainedThroughTime }: ImportedOrigin): string {
  const seen =
    trainedThroughTime === null
      ? 'What bars its training saw is not known, so it may have seen those it was judged by.'
      : `Its importer says that its training saw bars through ${utc(trainedThroughTime)}.`;
  return `It was trained elsewhere and imported from ${plain(file)} (SHA-256 ${sha256}). ${seen}`;
}

const SUBJECTS: Readonly<Record<CardMeta['task'], string>> = {
  direction3: 'A model of the direction of',
  approve2: 'A veto on signals of others, which it approves or rejects, for',
  return: 'A model of the return of',
};

function labelSentence(labels: LabelSpec): string {
  const bars = `${labels.horizonBars} bars`;
  switch (labels.kind) {
    case 'triple-barrier': {
      const unit = VOLATILITY_WORDS[labels.volatility ?? 'atr14'];
      return `LONG means that the price reaches ${labels.upAtr} ${unit} above the next bar’s open before it falls ${labels.downAtr} ${unit} below it, SHORT the reverse, NO_TRADE that neither happens within ${bars} or that one bar touches both.`;
    }
    case 'fixed-horizon':
      return `LONG means a log return above ${labels.thresholdLogReturn} from the next bar’s open to the close ${bars} after the signal, SHORT one below −${labels.thresholdLogReturn}, NO_TRADE what lies between.`;
    case 'forward-return':
      return `It expects the log return from the next bar’s open to the close ${bars} after the signal.`;
    case 'sigma-reversion':
      return `APPROVE means that the price comes back by ${labels.sigmas} deviations towards its mean of ${labels.windowBars} seconds within ${labels.horizonBars} seconds.`;
  }
}

const VOLATILITY_WORDS: Readonly<Record<NonNullable<TripleBarrierSpec['volatility']>, string>> = {
  atr14: 'ATR14',
  atr50: 'ATR50',
  deviation20: 'deviations (of 20 bars’ returns)',
  deviation100: 'deviations (of 100 bars’ returns)',
};

function dataSection({ dataset, classes }: CardMeta): string {
  const blocks = BLOCKS.map(name => {
    const { rows, fromTime, toTime, classes } = dataset.blocks[name];
    const shares = classes.map(count => percent(count / rows));
    return [name, String(rows), utc(fromTime), utc(toTime), ...shares];
  });
  return `## Data

${dataset.bars} bars from ${utc(dataset.firstTime)} to ${utc(dataset.lastTime)}; ${dataset.warmUpBars} warm-up bars left out, ${dataset.purgedRows} rows purged because their labels reach into the next block (the embargo of ${dataset.embargoBars} bars would drop training rows after an evaluated block; in this split none come after), ${dataset.filteredRows > 0 ? `${dataset.filteredRows} training rows left out as outliers, ` : ''}${dataset.unlabelledRows} without a label. A label took ${decimals(dataset.meanHoldingBars, 1)} bars to decide, on average. Bars after ${utc(dataset.trainedThroughTime)} are unseen.${overlapSentence(dataset)}${driftSentence(dataset)}

${table(['block', 'rows', 'from', 'to', ...classes], blocks)}`;
}

function overlapSentence({ averageUniqueness, blocks }: CardMeta['dataset']): string {
  if (averageUniqueness === undefined) return '';
  const { rows } = blocks.train;
  return ` Labels overlap: ${rows} training rows say about as much as ${Math.round(rows * averageUniqueness)} that do not.`;
}

function driftSentence({ drifted }: CardMeta['dataset']): string {
  if (!drifted?.length) return '';
  const named = drifted.length > 5 ? [...drifted.slice(0, 5), `${drifted.length - 5} more`] : drifted;
  return ` ${joined(named)} changed in distribution between training and test (population stability index from 0.25).`;
}

function evidenceSection({ metrics, baseline, intervals, bootstrap, testBlock, classes }: Evidence): string {
  const row = (name: string, key: keyof typeof intervals & keyof Metrics, digits = 3) => {
    const format = (value: number | null) => decimals(value, digits);
    return [name, format(metrics[key]), interval(intervals[key], format), format(baseline[key])];
  };
  const rows = [
    row('MCC', 'mcc'),
    row(aucName(classes), 'directionalAuc'),
    row('balanced accuracy', 'balancedAccuracy'),
    row('macro-F1', 'macroF1'),
    row('accuracy', 'accuracy'),
    row('log loss', 'logLoss', 4),
    row('Brier score', 'brier', 4),
  ];
  return `## Evidence

On ${testBlock.rows} rows from ${utc(testBlock.fromTime)} to ${utc(testBlock.toTime)} that training never saw, with the very file that serves. Intervals are 95 %, by ${bootstrap.method} bootstrap (${bootstrap.draws} draws of blocks of ${bootstrap.blockRows} rows, ${bootstrap.generator}, seed ${bootstrap.seed}). The baseline always answers with the training block’s commonest class; its probabilities are that block’s class frequencies.

${table(['metric', 'model', '95 % interval', 'baseline'], rows)}`;
}

function decisionSection({ task }: CardMeta, evidence: Evidence): string {
  const sentences = [decisionSentence(task, evidence.decision ?? LIKELIEST), calibrationSentence(evidence)];
  return `## Decisions

${sentences.filter(sentence => sentence !== null).join(' ')}`;
}

function confusionSection({ metrics }: Evidence): string {
  const rows = metrics.perClass.map((row, k) => [
    `is ${row.class}`,
    ...metrics.confusion[k]!.map(String),
    percent(row.recall),
    percent(row.precision),
  ]);
  const head = ['', ...metrics.perClass.map(row => `said ${row.class}`), 'recall', 'precision'];
  return `## Confusion

${table(head, rows)}`;
}

function backtestSection({ backtest, intervals, classes, sharpe }: Evidence): string {
  const { exits } = backtest;
  const isVeto = classes.includes('APPROVE');
  const rows = [
    ['trades (long, short)', `${backtest.trades} (${backtest.longTrades}, ${backtest.shortTrades})`],
    ['net return per trade', basisPoints(backtest.meanNetReturn)],
    ['… 95 % interval', interval(intervals.netReturnPerTrade, basisPoints)],
    ['gross return per trade', basisPoints(backtest.meanGrossReturn)],
    ['… 95 % interval', interval(intervals.grossReturnPerTrade, basisPoints)],
    ['trades that earned their costs', percent(backtest.hitRate)],
    ['total net return, compounded', percent(backtest.totalNetReturn)],
    ['largest drawdown', percent(backtest.maxDrawdown)],
    ...(sharpe ? sharpeRows(sharpe) : []),
    ['bars held per trade', decimals(backtest.meanHoldingBars, 1)],
    ['time in the market', percent(backtest.exposure)],
    [
      'left by target, stop, time, signal, end of block',
      [exits.target, exits.stop, exits.time, exits.signal, exits.end].join(', '),
    ],
  ];
  return `## After costs

The test block played bar by bar as a ${backtest.marketKind} market allows: one position at a time, ${isVeto ? 'on the side of the signal that it approves, ' : ''}entry at the next open, exit as labelled${backtest.marketKind === 'spot' ? ' or at the next open after SHORT' : ''}, ${backtest.costsPerSideBps} bp of costs per side.

${table(['', 'value'], rows)}`;
}

function sharpeRows(sharpe: SharpeEvidence): string[][] {
  const { perBar, annualised, probabilistic, deflated, trials, expectedMaximum, spread } = sharpe;
  const spreadOf = spread === 'no skill' ? 'as estimates without skill spread' : 'as the trials spread';
  return [
    ['Sharpe ratio per bar (per year)', `${decimals(perBar, 4)} (${decimals(annualised, 2)})`],
    ['probability that it is truly above 0', percent(probabilistic)],
    [
      trials === 1
        ? 'the same, deflated: no search has tried anything else'
        : `… above ${decimals(expectedMaximum, 4)}, which the best of ${trials} trials would show by luck (${spreadOf})`,
      percent(deflated),
    ],
  ];
}

function gateSection({ rules }: Evidence): string {
  const rows = rules.map(rule => [
    rule.rule,
    rule.required ? 'yes' : 'no',
    rule.outcome,
    rule.threshold,
    rule.reason,
  ]);
  return `## Gate

${textTable(['rule', 'required', 'outcome', 'threshold', 'why'], rows)}`;
}

/** Sizes and agreements, no times: what was measured on a machine stands in no file that is hashed. */
function variantSection(variants: readonly CardVariant[]): string {
  const rows = variants.map(({ variant, chosen, reason, measures }) => [
    chosen ? `${variant} (serves)` : variant,
    measures ? String(measures.bytes) : '–',
    measures ? percent(measures.agreement) : '–',
    measures ? decimals(measures.maxProbabilityDifference, 4) : '–',
    reason,
  ]);
  return `## Variants

Against the float model, on the validation block.

${textTable(['variant', 'bytes', 'decides alike', 'largest difference of a probability', 'why'], rows)}`;
}

function limitSection(meta: CardMeta, evidence: Evidence): string {
  const { recipe, marketKind } = meta;
  const { missingInTraining } = meta.dataset;
  const failed = evidence.rules.filter(rule => rule.required && rule.outcome !== 'pass');
  const limits = [
    `It knows ${meta.series.symbol} on ${meta.series.venue} at ${meta.series.timeframe}; nothing was shown for any other market or timeframe.`,
    meta.task === 'approve2'
      ? 'It gives no direction of its own: it approves or rejects signals, and says nothing of those it was not trained for.'
      : null,
    'The intervals speak of the test block. They can’t speak of a market that has changed since.',
    `The backtest fills at the next open and at its levels whatever the size, and knows neither market impact nor outages${marketKind === 'swap' ? ' nor funding payments' : ''}.`,
    marketKind === 'spot' ? 'On spot SHORT closes a long and never opens a position.' : null,
    evidence.tradable
      ? null
      : 'No edge after costs was shown: real orders refuse it, signals and paper trading do not.',
    failed.length
      ? `Required rules that it did not pass: ${joined(failed.map(rule => rule.rule))}. It serves only if an operator overrides the gate.`
      : null,
    missingInTraining.length
      ? `Features that may be missing: ${joined(missingInTraining)}. If another one is missing it does not answer.`
      : 'No feature was missing in training: if one is missing later it does not answer.',
    `${recipe.maxModelAgeDays} days after the last bar of its data (${utc(meta.dataset.lastTime)}) it no longer serves.`,
  ];
  return `## Limits

${limits
  .filter(limit => limit !== null)
  .map(limit => `- ${limit}`)
  .join('\n')}`;
}

function originSection(meta: CardMeta, evidence: Evidence): string {
  const versions = Object.entries(meta.madeWith).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = [
    ['package', meta.packageId],
    ['feature schema', meta.schemaHash],
    ['seed', String(meta.recipe.train.seed)],
    ['model file', `${evidence.modelBytes} bytes`],
    ...versions,
  ];
  return `## Origin

${textTable(['', ''], rows)}`;
}
