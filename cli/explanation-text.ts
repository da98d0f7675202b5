import type { Explanation } from '../contracts/explanation.ts';
import { basisPoints, decimals, percent } from '../contracts/wording.ts';
import { renderTable } from './table.ts';

type FeatureLine = Explanation['features'][number];
type BarLine = NonNullable<Explanation['bars']>[number];

/** Features that are shown; the others are summed in a line. */
const SHOWN = 15;

/** Which features moved an answer, the strongest first. */
export function renderExplanation(explanation: Explanation): string {
  const { score, base, answer, features, bars, method, gap } = explanation;
  const format = score === 'expected-return' ? basisPoints : (value: number) => decimals(value, 4);
  const what =
    score === 'expected-return' ? 'the expected return' : `the log odds of ${explanation.direction}`;
  return [
    `Why (${METHODS[method]}): ${what}, ${format(base)} for a usual bar, here ${format(answer)}`,
    renderTable<FeatureLine>(shown(features), [
      { title: 'feature', cell: row => row.feature },
      { title: 'value', align: 'right', cell: row => value(row.value) },
      { title: 'usually', align: 'right', cell: row => value(row.usual) },
      { title: 'contribution', align: 'right', cell: row => format(row.contribution) },
    ]),
    ...(bars === null ? [] : [`from ${bars.map(renderBars).join(', ')}`]),
    ...(gap > NOTED_GAP ? [`Contributions miss ${percent(gap)} of what moved.`] : []),
  ].join('\n');
}

const METHODS: Readonly<Record<Explanation['method'], string>> = {
  'tree-shap': 'SHAP',
  'integrated-gradients': 'integrated gradients',
};

/** Up to here numbers are right as they are shown. */
const NOTED_GAP = 0.01;

function shown(features: readonly FeatureLine[]): readonly FeatureLine[] {
  if (features.length <= SHOWN + 1) return features;
  const others = features.slice(SHOWN);
  const contribution = others.reduce((sum, row) => sum + row.contribution, 0);
  return [
    ...features.slice(0, SHOWN),
    { feature: `${others.length} others`, value: null, usual: null, contribution },
  ];
}

function renderBars({ newest, oldest, share }: BarLine): string {
  const which =
    oldest === 0
      ? 'the last bar'
      : newest === oldest
        ? `the bar ${newest} before it`
        : `those ${newest}–${oldest} before it`;
  return `${which} ${percent(share)}`;
}

function value(number: number | null): string | null {
  return number === null ? null : String(Number(number.toPrecision(4)));
}
