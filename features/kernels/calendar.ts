import type { Kernel } from './kernel.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const WEEKDAYS = 7;
/** 1970-01-01 was a Thursday; Monday is 0. */
const FIRST_WEEKDAY = 3;

const MINUTES = circle(DAY_MS / MINUTE_MS);
const DAYS = circle(WEEKDAYS);

/**
 * The time at which a bar opens, UTC, as a point on a circle: `hourSine` and `hourCosine` of the time of day to the
 * millisecond, midnight is (0, 1); `weekdaySine` and `weekdayCosine` of the whole day, Monday is (0, 1). By the open, which
 * names the bar: the last bar of a day then has that day's weekday. A bar's close knows its open, so nothing looks ahead.
 * Bars of a day have one hour, midnight.
 */
export const calendar: Kernel = {
  name: 'calendar',
  inputs: ['openTime'],
  outputs: ['hourSine', 'hourCosine', 'weekdaySine', 'weekdayCosine'],
  start() {
    return {
      advance({ openTime }, { hourSine, hourCosine, weekdaySine, weekdayCosine }) {
        let dayStart = Number.NaN;
        let weekday = 0;
        for (let i = 0; i < openTime.length; i++) {
          let sinceMidnight = openTime[i] - dayStart;
          if (!(sinceMidnight >= 0 && sinceMidnight < DAY_MS)) {
            const day = Math.floor(openTime[i] / DAY_MS);
            dayStart = day * DAY_MS;
            sinceMidnight = openTime[i] - dayStart;
            weekday = (((day + FIRST_WEEKDAY) % WEEKDAYS) + WEEKDAYS) % WEEKDAYS;
          }
          const minute = sinceMidnight / MINUTE_MS;
          const isWhole = minute === Math.floor(minute);
          if (hourSine)
            hourSine[i] = isWhole ? MINUTES.sine[minute] : Math.sin(angle(sinceMidnight / DAY_MS));
          if (hourCosine)
            hourCosine[i] = isWhole ? MINUTES.cosine[minute] : Math.cos(angle(sinceMidnight / DAY_MS));
          if (weekdaySine) weekdaySine[i] = DAYS.sine[weekday];
          if (weekdayCosine) weekdayCosine[i] = DAYS.cosine[weekday];
        }
      },
    };
  },
};

function circle(points: number): { readonly sine: Float64Array; readonly cosine: Float64Array } {
  const sine = Float64Array.from({ length: points }, (_, i) => Math.sin(angle(i / points)));
  const cosine = Float64Array.from({ length: points }, (_, i) => Math.cos(angle(i / points)));
  return { sine, cosine };
}

function angle(share: number): number {
  return 2 * Math.PI * share;
}
