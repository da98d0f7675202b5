import type { SeriesStatus } from '../../series-status.ts';
import type { Mailbox, Posting } from '../mailbox.ts';
import type { Look } from './watch.ts';

const SOURCE = 'stale series';

interface StaleParts {
  readonly read: () => Promise<readonly SeriesStatus[]>;
  readonly mailbox: Mailbox;
  readonly now: () => number;
  /** So long a series may be stale, as after the machine was off, until its collection has caught up. */
  readonly patienceMs: number;
}

/** Tells of series that are to be collected and get no new bars; once, until they have got one. */
export function watchStaleSeries({ read, mailbox, now, patienceMs }: StaleParts): Look {
  let since = new Map<string, number>();
  return {
    async look() {
      const stale = (await read()).filter(row => row.collected && row.stale && row.lastTime !== null);
      since = new Map(stale.map(({ series }) => [series, since.get(series) ?? now()]));
      const lasting = stale.filter(({ series }) => now() - since.get(series)! >= patienceMs);
      await mailbox.post(lasting.map(row => tellStale(row, now())));
    },
  };
}

function tellStale({ series, lastTime, ageMs }: SeriesStatus, at: number): Posting {
  return {
    source: SOURCE,
    sourceId: `${series} ${lastTime}`,
    notification: {
      event: 'data-stale',
      key: `data-stale/${series}`,
      subject: series,
      at,
      facts: {
        'last bar': new Date(lastTime!).toISOString(),
        'closed minutes ago': Math.round((ageMs ?? 0) / 60_000),
      },
    },
  };
}
