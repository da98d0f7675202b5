import type { Evidence } from '../../../contracts/evidence.ts';
import type { CardMeta, CardSection } from '../document.ts';

export function originSection(meta: CardMeta, evidence: Evidence): CardSection {
  const versions = Object.entries(meta.madeWith).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    title: 'Origin',
    blocks: [
      {
        kind: 'table',
        label: 'Origin',
        columns: [
          { title: '', kind: 'text' },
          { title: '', kind: 'text' },
        ],
        rows: [
          ['package', meta.packageId],
          ['feature schema', meta.schemaHash],
          ['seed', String(meta.recipe.train.seed)],
          ['model file', `${evidence.modelBytes} bytes`],
          ...versions,
        ],
      },
    ],
  };
}
