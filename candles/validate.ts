import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import { spacingHint } from './spacing.ts';

/** Earlier times are no bars of a crypto market but another unit of time. */
const EARLIEST_TIME = Date.UTC(2000, 0, 1);

/**
 * Checks every bar: whole plausible times in ms, aligned to the timeframe, strictly ascending, closed by `nowMs`; prices
 * finite and above 0, volume finite and not negative, high and low enclosing the others. O(n), one pass.
 * @throws AlphaloomError CANDLES_INVALID naming the row (1 is the first bar), the rule and the values
 */
export function validateCandles(candles: Candles, timeframe: Timeframe, nowMs: number): void {
  if (candles.openTime.length === 0) {
    throw new AlphaloomError('CANDLES_INVALID', 'There are no bars.', { rule: 'not-empty' });
  }
  const duration = TIMEFRAME_MS[timeframe];
  for (let row = 0; row < candles.openTime.length; row++) {
    const fault = timeFault(candles, row, timeframe, duration, nowMs) ?? valueFault(candles, row);
    if (fault) throw invalidBar(candles, row, fault);
  }
}

interface Fault {
  readonly rule: string;
  readonly sentence: string;
}

function timeFault(
  candles: Candles,
  row: number,
  timeframe: Timeframe,
  duration: number,
  nowMs: number,
): Fault | null {
  const time = candles.openTime[row];
  if (!Number.isFinite(time)) return { rule: 'time-finite', sentence: `the open time is ${time}` };
  const unit = otherUnit(time);
  if (unit) return { rule: 'time-unit', sentence: unit };
  if (row > 0 && time === candles.openTime[row - 1]) {
    return { rule: 'no-duplicates', sentence: `${iso(time)} appears twice` };
  }
  if (row > 0 && time < candles.openTime[row - 1]) {
    return {
      rule: 'ascending',
      sentence: `${iso(time)} comes after ${iso(candles.openTime[row - 1])}; bars must be sorted by time`,
    };
  }
  if (time % duration !== 0) {
    return {
      rule: 'aligned',
      sentence: `${iso(time)} is not the open of a ${timeframe} bar${spacingHint(candles.openTime, timeframe)}`,
    };
  }
  if (time + duration > nowMs) {
    return {
      rule: 'closed',
      sentence: `the bar that opens at ${iso(time)} is not closed yet (now: ${iso(nowMs)}); only closed bars are stored`,
    };
  }
  return null;
}

function valueFault(candles: Candles, row: number): Fault | null {
  const open = candles.open[row];
  const high = candles.high[row];
  const low = candles.low[row];
  const close = candles.close[row];
  const volume = candles.volume[row];
  // Written so that NaN fails; infinities show in high or low once the bar's order holds.
  const sound =
    low > 0 &&
    low <= open &&
    low <= close &&
    high >= open &&
    high >= close &&
    high < Infinity &&
    volume >= 0 &&
    volume < Infinity;
  if (sound) return null;
  for (const [name, price] of Object.entries({ open, high, low, close })) {
    if (!Number.isFinite(price)) return { rule: 'finite', sentence: `${name} is ${price}` };
    if (price <= 0)
      return { rule: 'price-positive', sentence: `${name} is ${price}; prices must be above 0` };
  }
  if (!Number.isFinite(volume)) return { rule: 'finite', sentence: `volume is ${volume}` };
  if (volume < 0)
    return { rule: 'volume-not-negative', sentence: `volume is ${volume}; it must not be negative` };
  const values = `open ${open}, high ${high}, low ${low}, close ${close}`;
  return high < Math.max(open, low, close)
    ? { rule: 'high', sentence: `high is not the highest price (${values})` }
    : { rule: 'low', sentence: `low is not the lowest price (${values})` };
}

/** Says which unit a time seems to be in when it can't be milliseconds. */
function otherUnit(time: number): string | null {
  if (time >= EARLIEST_TIME && time < EARLIEST_TIME * 100 && Number.isInteger(time)) return null;
  const expected = 'expected epoch milliseconds, e.g. 1735689600000';
  if (time >= EARLIEST_TIME / 1_000 && time < EARLIEST_TIME / 10) {
    return `the time ${time} looks like seconds; ${expected}`;
  }
  if (time >= EARLIEST_TIME * 100_000) return `the time ${time} looks like nanoseconds; ${expected}`;
  if (time >= EARLIEST_TIME * 100) return `the time ${time} looks like microseconds; ${expected}`;
  if (!Number.isInteger(time)) return `the time ${time} is not a whole number; ${expected}`;
  return `the time ${time} is before the year 2000; ${expected}`;
}

function invalidBar(candles: Candles, row: number, fault: Fault): AlphaloomError {
  return new AlphaloomError('CANDLES_INVALID', `Row ${row + 1}: ${fault.sentence}.`, {
    row: row + 1,
    rule: fault.rule,
    openTime: candles.openTime[row],
    open: candles.open[row],
    high: candles.high[row],
    low: candles.low[row],
    close: candles.close[row],
    volume: candles.volume[row],
  });
}

/** Never throws, whatever the number. */
function iso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
