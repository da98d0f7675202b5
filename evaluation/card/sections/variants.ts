import { decimals, percent } from '../../../contracts/wording.ts';
import { type CardSection, type CardVariant, paragraph } from '../document.ts';

/** Sizes and agreements, no times: what was measured on a machine stands in no file that is hashed. */
export function variantSection(variants: readonly CardVariant[]): CardSection {
  return {
    title: 'Variants',
    blocks: [
      paragraph('Against the float model, on the validation block.'),
      {
        kind: 'table',
        label: 'Variants of the model file',
        columns: [
          { title: 'variant', kind: 'kept' },
          { title: 'bytes', kind: 'right' },
          { title: 'decides alike', kind: 'right' },
          { title: 'largest difference of a probability', kind: 'right' },
          { title: 'why', kind: 'prose' },
        ],
        rows: variants.map(({ variant, chosen, reason, measures }) => [
          chosen ? `${variant} (serves)` : variant,
          measures ? String(measures.bytes) : '–',
          measures ? percent(measures.agreement) : '–',
          measures ? decimals(measures.maxProbabilityDifference, 4) : '–',
          reason,
        ]),
      },
    ],
  };
}
