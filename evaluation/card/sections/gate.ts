import type { Evidence } from '../../../contracts/evidence.ts';
import type { CardSection } from '../document.ts';

export function gateSection({ rules }: Evidence): CardSection {
  return {
    title: 'Gate',
    blocks: [
      {
        kind: 'table',
        label: 'Rules of the gate',
        columns: [
          { title: 'rule', kind: 'kept' },
          { title: 'required', kind: 'text' },
          { title: 'outcome', kind: 'outcome' },
          { title: 'threshold', kind: 'text' },
          { title: 'why', kind: 'prose' },
        ],
        rows: rules.map(({ rule, required, outcome, threshold, reason }) => [
          rule,
          required ? 'yes' : 'no',
          outcome,
          threshold,
          reason,
        ]),
      },
    ],
  };
}
