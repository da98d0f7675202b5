import { AlphaloomError } from '../contracts/errors.ts';
import { type Desk, type TimedDesk, until } from './desk.ts';

/** What `inTime` answers in the place of an answer that did not come in time. */
export const LATE: unique symbol = Symbol('late');

/** The work’s answer, or LATE when the desk’s time is up or its signal aborts; the work itself goes on. */
export async function inTime<Answer>(desk: TimedDesk, work: Promise<Answer>): Promise<Answer | typeof LATE> {
  const ending = new AbortController();
  const end = () => ending.abort();
  desk.signal.addEventListener('abort', end, { once: true });
  if (desk.signal.aborted) end();
  // The timer ends early with its signal, whether that fulfils or rejects it: either way its time is up.
  const timer = desk.sleep(Math.max(0, desk.deadline - desk.now()), ending.signal);
  const timeIsUp: Promise<typeof LATE> = timer.then(
    () => LATE,
    () => LATE,
  );
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    desk.signal.removeEventListener('abort', end);
    ending.abort();
  }
}

/** Waits for work that ends with the desk’s signal, no longer than this; then it goes on beside whoever waited. */
export async function briefly(desk: Desk, ms: number, work: Promise<unknown>): Promise<void> {
  if ((await inTime(until(desk, desk.now() + ms), work)) !== LATE) return;
  if (desk.signal.aborted) await work;
  else desk.late(work);
}

/**
 * The answer to a question that changes nothing.
 * @throws AlphaloomError TRADING_LATE when it did not come in time; what it would have answered is of no use any more
 */
export async function asked<Answer>(desk: TimedDesk, question: Promise<Answer>): Promise<Answer> {
  const answer = await inTime(desk, question);
  if (answer !== LATE) return answer;
  question.catch(() => {});
  throw late(desk);
}

/** Waits, at most until the desk’s time is up. @throws AlphaloomError TRADING_LATE when it is up */
export async function pause(desk: TimedDesk, ms: number): Promise<void> {
  if (!hasTime(desk)) throw late(desk);
  await inTime(desk, desk.sleep(ms, desk.signal));
  if (!hasTime(desk)) throw late(desk);
}

export function hasTime(desk: TimedDesk): boolean {
  return !desk.signal.aborted && desk.now() < desk.deadline;
}

export function late({ account, deadline }: TimedDesk): AlphaloomError {
  return new AlphaloomError(
    'TRADING_LATE',
    `Work on account ${account} did not end in time; it goes on at the next close.`,
    { account, deadline },
  );
}
