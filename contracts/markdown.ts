/** A Markdown table of numbers: the first column is text, the others are aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return lines(head, rows, column => (column === 0 ? '---' : '--:'));
}

/** A Markdown table of texts. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return lines(head, rows, () => '---');
}

/** A bar of text, `share` of `width` characters. */
export function textBar(share: number, width = 20): string {
  return '█'.repeat(Math.round(Math.min(Math.max(share, 0), 1) * width));
}

/** Free text as it may stand in a paragraph: no markup, no line breaks. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|]/g, '\\$&')
    .trim();
}

function lines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: (column: number) => string,
): string {
  const all = [head.map(cell), head.map((_, column) => alignment(column)), ...rows.map(row => row.map(cell))];
  return all.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\|/g, '\\|');
}
