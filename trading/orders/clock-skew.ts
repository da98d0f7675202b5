import type { Desk } from '../desk.ts';
import type { Venue } from '../venue.ts';

/** Over this the venue would see our requests too early or too late: nothing is entered. */
const MAX_CLOCK_OFFSET_MS = 1_000;

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
