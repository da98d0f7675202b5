import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { heldMb } from './held-memory.ts';
import { ACCOUNTS, type BenchHome, memoryFolder } from './home.ts';
import { BAR_MS, symbolsOf } from './market.ts';
import { tradingPid } from './recovery.ts';

const LONG_RUN_CLOSES = 5_000;
/** What the worker holds and what a close takes is looked at every so many closes. */
const EVERY_CLOSES = 500;
const POLL_MS = 20;

/** After so many closes of the run. */
export interface LongRunSample {
  readonly closes: number;
  /** After a collection. */
  readonly heldMb: number;
  /** Before it. */
  readonly residentMb: number;
  readonly msPerClose: number;
  readonly ledgerMb: number;
}

/** Plays recorded bars of two symbols through the workflow, as fast as they are worked on. */
export async function playLong(
  { home, rooms, run }: BenchHome,
  firstOpenTime: number,
): Promise<readonly LongRunSample[]> {
  const symbols = symbolsOf(2);
  const ledger = await rooms.ledger();
  const from = firstOpenTime + 500 * BAR_MS;
  const period = [from, from + LONG_RUN_CLOSES * BAR_MS].map(time => new Date(time).toISOString());
  const started = run(
    ...['trade', 'start', ACCOUNTS.replay, '--symbols', symbols.join(), '--timeframe', '1s'],
    ...['--replay-from', period[0], '--replay-to', period[1]],
  );
  started.catch(() => {});
  const closesNow = () => ledger.accounts().find(({ account }) => account === ACCOUNTS.replay)?.closes ?? 0;
  const samples: LongRunSample[] = [];
  let since = Number.NaN;
  for (let wanted = 1; wanted <= LONG_RUN_CLOSES; wanted += wanted === 1 ? EVERY_CLOSES - 1 : EVERY_CLOSES) {
    while (closesNow() < wanted) await sleep(POLL_MS);
    const now = performance.now();
    if (wanted > 1) {
      const pid = tradingPid(ledger);
      samples.push({
        closes: wanted,
        residentMb: residentMb(pid),
        heldMb: await heldMb(memoryFolder(home.root), pid, `${wanted}`),
        msPerClose: (now - since) / EVERY_CLOSES,
        ledgerMb: (await sizeOf(home.ledgerDatabase)) / 1e6,
      });
    }
    since = now;
  }
  await started;
  return samples;
}

function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_000;
}

async function sizeOf(database: string): Promise<number> {
  const files = await Promise.all(['', '-wal'].map(ending => stat(database + ending).catch(() => null)));
  return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}
