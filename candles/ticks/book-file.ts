import { ticksInvalid } from './faults.ts';
import { readTickColumns } from './tick-table.ts';
import { requireTime, timeColumn } from './tick-time.ts';
import { BOOK_LEVELS, type BookDepths, joinColumns } from './ticks.ts';

const SIDES = ['bid', 'ask'] as const;
const LEVELS = Array.from({ length: BOOK_LEVELS }, (_, level) => level + 1);

/**
 * Reads recorded books: a time and, for each of the top 20 levels, `bid1_px`, `bid1_qty`, `ask1_px`, `ask1_qty` and so on;
 * levels that a thin book lacks are empty cells. Deeper levels are not counted. Files are read as one.
 * @throws AlphaloomError FILE_NOT_FOUND, TICKS_INVALID naming row and rule
 */
export async function readBooks(paths: readonly string[]): Promise<BookDepths> {
  const parts: BookDepths[] = [];
  for (const path of paths) parts.push(await readBookFile(path));
  return {
    time: joinColumns(parts.map(part => part.time)),
    bidDepth: joinColumns(parts.map(part => part.bidDepth)),
    askDepth: joinColumns(parts.map(part => part.askDepth)),
  };
}

async function readBookFile(path: string): Promise<BookDepths> {
  let perMs = 1;
  const columns = await readTickColumns(path, names => {
    const time = timeColumn(path, names);
    perMs = time.perMs;
    const quantities = SIDES.flatMap(side => LEVELS.map(level => `${side}${level}_qty`));
    const missing = [...quantities, 'bid1_px', 'ask1_px'].filter(name => !names.includes(name));
    if (missing.length > 0)
      throw ticksInvalid(
        path,
        null,
        'levels',
        `a book of ${BOOK_LEVELS} levels lacks ${missing.slice(0, 6).join(', ')}`,
      );
    return new Map([
      ['time', time.name],
      ...['bid1_px', 'ask1_px', ...quantities].map(name => [name, name] as const),
    ]);
  });
  const time = columns.get('time')!.map(value => value / perMs);
  const [bid, ask] = [columns.get('bid1_px')!, columns.get('ask1_px')!];
  for (let row = 0; row < time.length; row++) {
    requireTime(path, row, time[row]);
    if (!(bid[row] > 0 && ask[row] >= bid[row] && ask[row] < Infinity))
      throw ticksInvalid(path, row + 1, 'prices', `the best bid is ${bid[row]} and the best ask ${ask[row]}`);
  }
  const depth = (side: 'bid' | 'ask') => {
    const sum = new Float64Array(time.length);
    for (const level of LEVELS)
      addLevel(path, sum, columns.get(`${side}${level}_qty`)!, `${side}${level}_qty`);
    return sum;
  };
  return { time, bidDepth: depth('bid'), askDepth: depth('ask') };
}

function addLevel(path: string, sum: Float64Array, quantity: Float64Array, name: string): void {
  for (let row = 0; row < sum.length; row++) {
    const isMissing = Number.isNaN(quantity[row]);
    if (!isMissing && !(quantity[row] >= 0 && quantity[row] < Infinity))
      throw ticksInvalid(
        path,
        row + 1,
        'quantity',
        `${name} is ${quantity[row]}; it must be a number, not negative`,
      );
    if (!isMissing) sum[row] += quantity[row];
  }
}
