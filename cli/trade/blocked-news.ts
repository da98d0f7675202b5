import type { AccountView } from '../../host/trading/account-view.ts';
import type { Output } from '../output.ts';

const POLL_MS = 1_000;

/** Says what closing an account's positions waits for, whenever that is another. */
export function blockedNews(
  output: Pick<Output, 'warn'>,
  view: (account: string) => Promise<Pick<AccountView, 'blocked'>>,
): (account: string) => Promise<void> {
  const said = new Map<string, string>();
  return async account => {
    const why = (await view(account)).blocked?.text ?? null;
    if (why === null || said.get(account) === why) return;
    said.set(account, why);
    output.warn(`${account} is not closed yet, it is tried again: ${why}`);
  };
}

/** The same, again and again while work lasts. */
export async function sayingBlocked<T>(news: () => Promise<void>, work: Promise<T>): Promise<T> {
  // A view that can't be had once is had the next time; what fails the work is told by it.
  const asking = setInterval(() => void news().catch(() => {}), POLL_MS);
  try {
    return await work;
  } finally {
    clearInterval(asking);
  }
}
