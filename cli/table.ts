import { stripVTControlCharacters } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  cell(row: Row): string | number | null | undefined;
}

/** Rows as aligned text with a line of titles; empty cells read `-`, painted text is measured as it is seen. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [
    columns.map(column => column.title),
    ...rows.map(row => columns.map(column => text(column.cell(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map(line => visibleLength(line[index]))));
  return cells
    .map(line =>
      line
        .map((cell, index) => pad(cell, widths[index], columns[index].align ?? 'left'))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function text(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === '' ? '-' : String(value);
}

function pad(cell: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(width - visibleLength(cell));
  return align === 'right' ? space + cell : cell + space;
}

function visibleLength(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/** `2026-03-01 12:00`, UTC. */
export function minute(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ');
}
