/** A Markdown table of numbers: the first column is text, the others are aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return alignedTable(
    head,
    head.map((_, column) => (column === 0 ? 'left' : 'right')),
    rows,
  );
}

/** A Markdown table of texts. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return alignedTable(
    head,
    head.map(() => 'left'),
    rows,
  );
}

/** A Markdown table whose columns stand as each is told. */
export function alignedTable(
  head: readonly string[],
  alignments: readonly ('left' | 'right')[],
  rows: readonly (readonly string[])[],
): string {
  const rule = alignments.map(side => (side === 'left' ? '---' : '--:'));
  const lines = [head.map(cell), rule, ...rows.map(row => row.map(cell))];
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

/** A bar of text, `share` of `width` characters. */
export function textBar(share: number, width = 20): string {
  return '█'.repeat(Math.round(Math.min(Math.max(share, 0), 1) * width));
}

/** Free text as it may stand in a paragraph: no markup, no line breaks. An underscore within a word is none. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*{}[\]<>#|]|(?<!\w)_|_(?!\w)/g, '\\$&')
    .trim();
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\|/g, '\\|');
}
