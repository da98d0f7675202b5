import type { Evidence, Metrics } from '../../../contracts/evidence.ts';
import { aucName, decimals, interval, utc } from '../../../contracts/wording.ts';
import { type CardSection, numberTable, paragraph } from '../document.ts';
import { metricIntervals } from '../figures/metric-intervals.ts';

export function evidenceSection(evidence: Evidence): CardSection {
  const { metrics, baseline, intervals, bootstrap, testBlock, classes } = evidence;
  const row = (name: string, key: keyof typeof intervals & keyof Metrics, digits = 3) => {
    const format = (value: number | null) => decimals(value, digits);
    return [name, format(metrics[key]), interval(intervals[key], format), format(baseline[key])];
  };
  return {
    title: 'Evidence',
    blocks: [
      paragraph(
        `On ${testBlock.rows} rows from ${utc(testBlock.fromTime)} to ${utc(testBlock.toTime)} that training never saw, with the very file that serves.`,
        `Intervals are 95 %, by ${bootstrap.method} bootstrap (${bootstrap.draws} draws of blocks of ${bootstrap.blockRows} rows, ${bootstrap.generator}, seed ${bootstrap.seed}).`,
        'The baseline always answers with the training block’s commonest class; its probabilities are that block’s class frequencies.',
      ),
      { kind: 'figures', draw: () => [metricIntervals(evidence)] },
      numberTable(
        'Metrics',
        ['metric', 'model', '95 % interval', 'baseline'],
        [
          row('MCC', 'mcc'),
          row(aucName(classes), 'directionalAuc'),
          row('balanced accuracy', 'balancedAccuracy'),
          row('macro-F1', 'macroF1'),
          row('accuracy', 'accuracy'),
          row('log loss', 'logLoss', 4),
          row('Brier score', 'brier', 4),
        ],
      ),
    ],
  };
}
