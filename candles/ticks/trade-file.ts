import { ticksInvalid } from './faults.ts';
import { readTickColumns, type TickColumns } from './tick-table.ts';
import { requireTime, timeColumn } from './tick-time.ts';
import { joinColumns, type Trades, timeOrder } from './ticks.ts';

const QUANTITY_NAMES = ['qty', 'quantity', 'size', 'amount'];
const ID_NAMES = ['trade_id', 'id'];

/**
 * Reads recorded trades: a time (`event_ms`, `trade_ms`, `event_us`, `trade_us`; `ts`, `time` or `timestamp` in epoch ms),
 * `price` and `qty`. The receiver's clock (`recv_…`) is never read, and sides are not needed. Files of one recording are
 * read as one; where they have trade ids, no trade may be there twice.
 * @throws AlphaloomError FILE_NOT_FOUND, TICKS_INVALID naming row and rule
 */
export async function readTrades(paths: readonly string[]): Promise<Trades> {
  const parts: Trades[] = [];
  for (const path of paths) parts.push(await readTradeFile(path));
  const trades = parts.length === 1 ? parts[0] : joinTrades(parts);
  requireOnce(paths.join(', '), trades);
  return trades;
}

async function readTradeFile(path: string): Promise<Trades> {
  let perMs = 1;
  const columns = await readTickColumns(path, names => {
    const time = timeColumn(path, names);
    perMs = time.perMs;
    const quantity = names.find(name => QUANTITY_NAMES.includes(name));
    if (!names.includes('price') || !quantity)
      throw ticksInvalid(
        path,
        null,
        'columns',
        `it needs price and qty; it has ${names.join(', ').slice(0, 200)}`,
      );
    const id = names.find(name => ID_NAMES.includes(name));
    const wanted = { time: time.name, price: 'price', quantity, ...(id ? { id } : {}) };
    return new Map(Object.entries(wanted));
  });
  return checkedTrades(path, columns, perMs);
}

function checkedTrades(path: string, columns: TickColumns, perMs: number): Trades {
  const trades: Trades = {
    time: columns.get('time')!.map(time => time / perMs),
    price: columns.get('price')!,
    quantity: columns.get('quantity')!,
    id: columns.get('id') ?? null,
  };
  const { time, price, quantity } = trades;
  for (let row = 0; row < time.length; row++) {
    requireTime(path, row, time[row]);
    if (!(price[row] > 0 && price[row] < Infinity))
      throw ticksInvalid(path, row + 1, 'price', `the price is ${price[row]}; it must be a number above 0`);
    if (!(quantity[row] > 0 && quantity[row] < Infinity))
      throw ticksInvalid(
        path,
        row + 1,
        'quantity',
        `the quantity is ${quantity[row]}; it must be a number above 0`,
      );
  }
  return trades;
}

function joinTrades(parts: readonly Trades[]): Trades {
  const ids = parts.flatMap(({ id }) => (id ? [id] : []));
  return {
    time: joinColumns(parts.map(part => part.time)),
    price: joinColumns(parts.map(part => part.price)),
    quantity: joinColumns(parts.map(part => part.quantity)),
    id: ids.length === parts.length ? joinColumns(ids) : null,
  };
}

/** The same trade twice has the same time: only neighbours in time are compared. */
function requireOnce(origin: string, { time, id }: Trades): void {
  if (!id) return;
  const order = timeOrder(time);
  const seen = new Set<number>();
  for (let at = 0; at < time.length; at++) {
    const row = order ? order[at] : at;
    if (at > 0 && time[row] !== time[order ? order[at - 1] : at - 1]) seen.clear();
    if (seen.has(id[row]))
      throw ticksInvalid(origin, null, 'no-duplicates', `the trade ${id[row]} is there twice`);
    seen.add(id[row]);
  }
}
