import { barsBefore, type Candles } from '../contracts/candles.ts';
import type { Timeframe } from '../contracts/series.ts';

/** The stretch of time that one history file holds. */
export interface Period {
  /** 2024, or 20240808 for a day: ascends with time. */
  readonly key: number;
  /** `2024` or `2024-08-08`: how the file's name begins. */
  readonly name: string;
  readonly fromTime: number;
  /** Exclusive. */
  readonly toTime: number;
}

/** Keys of years are below it, those of days above. */
const FIRST_DAY = 1_000_101;

/**
 * Whether a series' files hold days (UTC), not years: those of seconds do, because a year of them is 31 million bars to
 * write anew for each import. A series that began with yearly files goes on with them.
 */
export function holdsDays(timeframe: Timeframe, keys: readonly number[]): boolean {
  return timeframe === '1s' && keys.every(key => key >= FIRST_DAY);
}

/** The periods in which any of the given bars lie, in order of time. */
export function periodsOf(byDay: boolean, ...sets: readonly Candles[]): Period[] {
  const periods = new Map<number, Period>();
  for (const candles of sets) {
    for (let row = 0; row < candles.openTime.length; ) {
      const period = periodAt(candles.openTime[row], byDay);
      periods.set(period.key, period);
      row = barsBefore(candles, period.toTime);
    }
  }
  return [...periods.values()].sort((a, b) => a.key - b.key);
}

function periodAt(time: number, byDay: boolean): Period {
  const date = new Date(time);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (!byDay) {
    return { key: year, name: String(year), fromTime: Date.UTC(year, 0), toTime: Date.UTC(year + 1, 0) };
  }
  return {
    key: year * 10_000 + (month + 1) * 100 + day,
    name: date.toISOString().slice(0, 10),
    fromTime: Date.UTC(year, month, day),
    toTime: Date.UTC(year, month, day + 1),
  };
}
