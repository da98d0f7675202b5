import { MAX_CLOCK_OFFSET_MS } from '../../venues/clock-offset.ts';
import type { Desk } from '../desk.ts';
import type { Venue } from '../venue.ts';

export function isSkewed({ clockOffsetMs }: Pick<Venue, 'clockOffsetMs'>): boolean {
  return Math.abs(clockOffsetMs ?? 0) > MAX_CLOCK_OFFSET_MS;
}

export async function tellClockSkew({ ledger, venue, account, now }: Desk): Promise<void> {
  await ledger.notify({
    event: 'clock-skew',
    key: `clock-skew/${account}`,
    subject: account,
    at: now(),
    facts: { offsetMs: venue.clockOffsetMs },
  });
}
