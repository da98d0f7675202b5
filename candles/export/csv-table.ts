import { type TableBlock, TIME_COLUMN, type TimeStyle } from './table.ts';
import { digits, TextFile } from './text-file.ts';

/** A header line, then a line per row; what is not finite is an empty cell. */
export function writeCsvTable(
  path: string,
  blocks: AsyncIterable<TableBlock>,
  timeStyle: TimeStyle,
): Promise<number> {
  return TextFile.write(path, async file => {
    let rows = 0;
    let hasHeader = false;
    for await (const { time, columns } of blocks) {
      if (!hasHeader) await file.add(`${[TIME_COLUMN, ...columns.keys()].map(cell).join(',')}\n`);
      hasHeader = true;
      const values = [...columns.values()];
      for (let row = 0; row < time.length; row++) {
        let line = timeStyle === 'iso' ? new Date(time[row]).toISOString() : String(time[row]);
        for (const column of values) line += `,${digits(column[row]) ?? ''}`;
        const full = file.add(`${line}\n`);
        if (full) await full;
      }
      rows += time.length;
    }
    return rows;
  });
}

/** Names hold no quotes. */
function cell(name: string): string {
  return /[,;\s]/.test(name) ? `"${name}"` : name;
}
