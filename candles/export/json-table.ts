import { type TableBlock, TIME_COLUMN, type TimeStyle } from './table.ts';
import { digits, TextFile } from './text-file.ts';

/** An array of objects, one per row and line; what is not finite is null. */
export function writeJsonTable(
  path: string,
  blocks: AsyncIterable<TableBlock>,
  timeStyle: TimeStyle,
): Promise<number> {
  return TextFile.write(path, async file => {
    let rows = 0;
    await file.add('[');
    for await (const { time, columns } of blocks) {
      const cells = [...columns].map(([name, values]) => ({ key: `,${JSON.stringify(name)}:`, values }));
      for (let row = 0; row < time.length; row++, rows++) {
        const at = timeStyle === 'iso' ? `"${new Date(time[row]).toISOString()}"` : String(time[row]);
        let line = `${rows === 0 ? '\n' : ',\n'}{"${TIME_COLUMN}":${at}`;
        for (const { key, values } of cells) line += key + (digits(values[row]) ?? 'null');
        const full = file.add(`${line}}`);
        if (full) await full;
      }
    }
    await file.add('\n]\n');
    return rows;
  });
}
