import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';

/**
 * ccxt's rows (time, open, high, low, close, volume), which it sorted by time, as checked columns. Equal repetitions of a
 * bar are dropped.
 * @param json the answer itself: an empty list is believed only where the venue sent an empty list
 * @throws AlphaloomError VENUE_ANSWER_INVALID naming the row and what is wrong with it
 */
export function readBars(venue: string, rows: unknown, json: unknown, timeframe: Timeframe): Candles {
  if (!Array.isArray(rows)) throw invalid(venue, 'holds no list of bars');
  if (rows.length === 0 && !holdsEmptyList(json)) throw invalid(venue, 'holds no list of bars');
  const kept = rows.filter((row, index) => index === 0 || !isRepetition(venue, rows[index - 1], row));
  const column = (index: number) => Float64Array.from(kept, row => row[index]);
  kept.forEach((row, index) => {
    checkBar(venue, row, index, timeframe);
  });
  return {
    openTime: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}

function isRepetition(venue: string, before: unknown, row: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(row) || before[0] !== row[0]) return false;
  if (row.every((value, index) => value === before[index])) return true;
  throw invalid(venue, `holds the bar ${describeTime(row[0])} twice, with different values`);
}

function checkBar(venue: string, row: unknown, index: number, timeframe: Timeframe): void {
  const bar = Array.isArray(row) ? row.slice(0, 6) : [];
  if (bar.length < 6 || !bar.every(value => typeof value === 'number' && Number.isFinite(value)))
    throw invalid(venue, `holds a bar that is not six numbers (row ${index + 1}: ${JSON.stringify(row)})`);
  const [time, open, high, low, close, volume] = bar;
  const at = `the bar ${describeTime(time)}`;
  if (!Number.isInteger(time) || time % TIMEFRAME_MS[timeframe] !== 0)
    throw invalid(venue, `holds ${at}, which is not the open of a ${timeframe} bar`);
  const isSound = low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && volume >= 0;
  if (!isSound)
    throw invalid(
      venue,
      `holds ${at} with impossible values (open ${open}, high ${high}, low ${low}, close ${close}, volume ${volume})`,
    );
}

/** Lists stand at the top or under a few keys (`candles`, `result.XXBTZUSD`); those of errors are none of bars. */
function holdsEmptyList(json: unknown, depth = 0): boolean {
  if (Array.isArray(json)) return json.length === 0;
  if (typeof json !== 'object' || json === null || depth === 3) return false;
  return Object.entries(json).some(
    ([key, value]) => !/^errors?$|^messages?$/i.test(key) && holdsEmptyList(value, depth + 1),
  );
}

function invalid(venue: string, what: string): AlphaloomError {
  return new AlphaloomError(
    'VENUE_ANSWER_INVALID',
    `An answer of ${venue} ${what}; nothing of it was stored.`,
    {
      venue,
    },
  );
}

function describeTime(time: unknown): string {
  const date = new Date(Number(time));
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
