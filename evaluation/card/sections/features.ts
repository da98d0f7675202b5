import type { Evidence } from '../../../contracts/evidence.ts';
import type { AttributionSummary, MeanDeviation } from '../../../contracts/explanation.ts';
import { textBar } from '../../../contracts/markdown.ts';
import { basisPoints, decimals, joined, percent } from '../../../contracts/wording.ts';
import { type CardSection, paragraph } from '../document.ts';
import { type FeatureMeasure, featureBars } from '../figures/feature-bars.ts';

/** Features in the card's table; a wide model has more than a person reads. */
const SHOWN = 20;

/** As a column of the table; the first one orders it and draws its bars. */
interface Measure extends FeatureMeasure {
  /** A sentence for readers. */
  readonly meaning: string;
}

/** How much each feature matters to the model, by every measure that there is. */
export function featureSection(featureNames: readonly string[], evidence: Evidence): CardSection {
  const measures = [moves(evidence), gains(evidence), shuffles(evidence)].filter(each => each !== null);
  const [first] = measures;
  if (!first) return { title: 'Features', blocks: [paragraph(`It looks at ${joined(featureNames)}.`)] };
  const size = (name: string): number => Math.max(0, first.value.get(name) ?? 0);
  const sorted = [...featureNames].sort((a, b) => size(b) - size(a));
  const largest = Math.max(...sorted.map(size));
  const shown = sorted.slice(0, SHOWN);
  const others = sorted.length - shown.length;
  return {
    title: 'Features',
    blocks: [
      paragraph(...measures.map(({ meaning }) => meaning)),
      { kind: 'figures', draw: () => featureBars(shown, measures) },
      {
        kind: 'table',
        label: 'Features',
        columns: [
          { title: 'feature', kind: 'text' },
          ...measures.map(({ title }) => ({ title, kind: 'right' }) as const),
          { title: '', kind: 'bar' },
        ],
        rows: shown.map(name => [
          name,
          ...measures.map(({ text }) => text.get(name) ?? '–'),
          textBar(largest > 0 ? size(name) / largest : 0),
        ]),
      },
      ...(others > 0 ? [paragraph(`${others} more are in metrics.json.`)] : []),
      ...barSentence(evidence.attributions).map(sentence => paragraph(sentence)),
    ],
  };
}

const METHODS: Readonly<Record<AttributionSummary['method'], string>> = {
  'tree-shap': 'SHAP values',
  'integrated-gradients': 'integrated gradients from the training means',
};

function moves({ attributions }: Evidence): Measure | null {
  if (!attributions) return null;
  const { method, score, rows, features } = attributions;
  const isReturn = score === 'expected-return';
  return {
    title: 'moves',
    meaning: `Moves: how far a feature moves ${isReturn ? 'the expected return' : 'the log odds of a class'}, on average over ${rows} test rows, by ${METHODS[method]}.`,
    value: byFeature(features, row => row.meanAbsolute),
    text: byFeature(features, ({ meanAbsolute }) =>
      isReturn ? basisPoints(meanAbsolute) : decimals(meanAbsolute),
    ),
  };
}

function gains({ importance }: Evidence): Measure | null {
  if (importance.length === 0) return null;
  return {
    title: 'gain',
    meaning: 'Gain: its share of what the model gained by features while it learnt.',
    value: byFeature(importance, row => row.share),
    text: byFeature(importance, row => percent(row.share)),
  };
}

function shuffles({ permutationImportance }: Evidence): Measure | null {
  if (!permutationImportance) return null;
  const { rows, repeats, features } = permutationImportance;
  const spread = ({ mean, deviation }: MeanDeviation) => `${decimals(mean, 4)} ± ${decimals(deviation, 4)}`;
  return {
    title: 'log loss when shuffled',
    meaning: `Shuffled: how much worse the log loss of ${rows} test rows gets when the feature’s values change places among them (mean and deviation of ${repeats} times); at 0 or below the model can do without.`,
    value: byFeature(features, row => row.logLossRise.mean),
    text: byFeature(features, row => spread(row.logLossRise)),
  };
}

function barSentence(attributions: AttributionSummary | undefined): string[] {
  if (!attributions?.bars) return [];
  const shares = attributions.bars.map(({ newest, oldest, share }) => {
    const which =
      oldest === 0 ? 'the last bar' : newest === oldest ? `bar ${newest}` : `bars ${newest} to ${oldest}`;
    return `${percent(share)} from ${which}${newest > 0 ? ' before it' : ''}`;
  });
  return [`Of what moves its answers, ${joined(shares)} come.`];
}

function byFeature<Row extends { readonly feature: string }, Value>(
  rows: readonly Row[],
  of: (row: Row) => Value,
): Map<string, Value> {
  return new Map(rows.map(row => [row.feature, of(row)]));
}
