import { ticksInvalid } from './faults.ts';

/** Names of a venue's clock and their units per millisecond, in the order of preference. */
const TIME_NAMES: Readonly<Record<string, number>> = {
  event_ms: 1,
  trade_ms: 1,
  event_us: 1_000,
  trade_us: 1_000,
  ts: 1,
  time: 1,
  timestamp: 1,
};
const EARLIEST_TIME = Date.UTC(2000, 0, 1);
const LATEST_TIME = Date.UTC(2200, 0, 1);

export function timeColumn(path: string, names: readonly string[]): { name: string; perMs: number } {
  const name = Object.keys(TIME_NAMES).find(candidate => names.includes(candidate));
  if (name) return { name, perMs: TIME_NAMES[name] };
  throw ticksInvalid(
    path,
    null,
    'columns',
    `it has none of the times ${Object.keys(TIME_NAMES).join(', ')} (a receiver’s clock is not used); it has ${names.join(', ').slice(0, 200)}`,
  );
}

export function requireTime(path: string, row: number, time: number): void {
  if (time >= EARLIEST_TIME && time < LATEST_TIME) return;
  throw ticksInvalid(
    path,
    row + 1,
    'time',
    `the time ${time} ms since 1970 lies outside the years 2000 to 2199: another unit, or no number`,
  );
}
