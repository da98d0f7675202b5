import { alignedTable, plain } from '../../contracts/markdown.ts';
import type { CardBlock, CardDocument } from './document.ts';

/** `card.md`. Same input, same bytes. */
export function cardMarkdown(card: CardDocument): string {
  const { statement, why } = card.verdict;
  const paragraphs = [
    `# ${plain(card.title)}`,
    `${plain(card.about)} ${plain(`${statement} ${why}`)}`,
    ...card.cautions.map(plain),
    ...(card.description === null ? [] : [plain(card.description)]),
    ...card.sections.flatMap(({ title, blocks }) => [`## ${title}`, ...blocks.flatMap(written)]),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function written(block: CardBlock): string[] {
  switch (block.kind) {
    case 'paragraph':
      return [plain(block.text)];
    case 'list':
      return [block.items.map(item => `- ${plain(item)}`).join('\n')];
    case 'table':
      return [
        alignedTable(
          block.columns.map(({ title }) => title),
          block.columns.map(({ kind }) => (kind === 'right' ? 'right' : 'left')),
          block.rows,
        ),
      ];
    case 'figures':
      return [];
  }
}
