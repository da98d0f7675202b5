import { type Content, html, type Markup } from '../plots/markup.ts';
import { page } from '../plots/page.ts';
import { dataTable, keyFigures, notice, pair } from '../plots/parts.ts';
import type { CardBlock, CardColumn, CardDocument } from './document.ts';

/** `card.html`: the same words as `card.md`, with figures. Same input, same bytes. */
export function cardPage(card: CardDocument): string {
  const { isGood, statement, why } = card.verdict;
  return page({
    kind: 'Model card',
    title: card.title,
    lead: [
      html`<p>${card.about}</p>`,
      notice(isGood ? 'plain' : 'alarm', html`<p><strong>${statement}</strong> ${why}</p>`),
      ...card.cautions.map(caution => notice('alarm', html`<p>${caution}</p>`)),
      card.description === null ? null : html`<p>${card.description}</p>`,
      keyFigures(card.keyFigures),
    ],
    sections: card.sections.map(({ title, blocks }) => ({ title, content: blocks.map(shown) })),
    footer: null,
  });
}

function shown(block: CardBlock): Markup {
  switch (block.kind) {
    case 'paragraph':
      return html`<p>${block.text}</p>`;
    case 'list':
      return html`<ul>${block.items.map(item => html`<li>${item}</li>`)}</ul>`;
    case 'table':
      return tableOf(block);
    case 'figures': {
      const figures = block.draw();
      return figures.length > 1 ? pair(...figures) : html`${figures}`;
    }
  }
}

/** Without bars: a figure shows them. */
function tableOf({ label, columns, rows }: Extract<CardBlock, { kind: 'table' }>): Markup {
  const kept = columns.flatMap(({ kind }, at) => (kind === 'bar' ? [] : [at]));
  return dataTable(
    label,
    kept.map(at => ({ title: columns[at]!.title, kind: CELL_KINDS[columns[at]!.kind] })),
    rows.map(row => kept.map(at => cell(columns[at]!, row[at]!))),
  );
}

const CELL_KINDS = {
  text: 'text',
  kept: 'kept',
  prose: 'prose',
  right: 'right',
  outcome: 'kept',
  bar: 'text',
} as const;
/** Outcomes are told apart without their colours too. */
const OUTCOME_SIGNS: Readonly<Record<string, string>> = { pass: '✓', fail: '✕', inconclusive: '?' };

function cell({ kind }: CardColumn, text: string): Content {
  return kind === 'outcome'
    ? html`<span class="outcome ${text}">${OUTCOME_SIGNS[text] ?? ''} ${text}</span>`
    : text;
}
