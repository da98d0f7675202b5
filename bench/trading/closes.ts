import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import { percentile } from '../measure.ts';
import type { BenchExchange } from './exchange.ts';
import { BAR_MS } from './market.ts';
import { readSteps } from './steps.ts';

/** One close that entries were sent at; ms after it. */
export interface WorkedClose {
  readonly entries: number;
  readonly firstArrivedMs: number;
  readonly lastArrivedMs: number;
  /** Of its work: what came when. */
  readonly steps: Readonly<Record<StepName, number>> | null;
}

export const STEPS = ['timer', 'refresh', 'infer', 'decide', 'execute'] as const;
export type StepName = (typeof STEPS)[number];

/**
 * The closes of an account at which it sent at least `leastEntries` entries: by the exchange's clock when their requests came,
 * by the workflow's history what the time before went to.
 */
export async function readCloses(
  { client, ledger, exchange }: { client: Client; ledger: Ledger; exchange: BenchExchange },
  account: string,
  leastEntries: number,
): Promise<readonly WorkedClose[]> {
  const ever = { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER };
  const closeOf = new Map(
    ledger
      .orders(account, ever)
      .filter(({ leg }) => leg === 'entry')
      .map(order => [order.clientOrderId, order.barTime + BAR_MS]),
  );
  const arrived = new Map<number, number[]>();
  for (const { method, path, query, time } of await exchange.arrivals()) {
    if (method !== 'POST' || path !== 'order') continue;
    const closeTime = closeOf.get(query.newClientOrderId ?? '');
    if (closeTime === undefined) continue;
    const times = arrived.get(closeTime) ?? [];
    arrived.set(closeTime, times);
    times.push(time - closeTime);
  }
  const steps = new Map((await readSteps(client, account)).map(close => [close.closeTime, close]));
  return [...arrived]
    .filter(([, times]) => times.length >= leastEntries)
    .map(([closeTime, times]) => {
      const close = steps.get(closeTime);
      const lastArrivedMs = Math.max(...times);
      return {
        entries: times.length,
        firstArrivedMs: Math.min(...times),
        lastArrivedMs,
        steps:
          close?.inferredTime == null || close.decidedTime === null
            ? null
            : {
                // The steps begin some time before the close: only what is after it counts.
                timer: Math.max(0, close.firedTime - closeTime),
                refresh: close.refreshedTime - Math.max(closeTime, close.firedTime),
                infer: close.inferredTime - close.refreshedTime,
                decide: close.decidedTime - close.inferredTime,
                execute: closeTime + lastArrivedMs - close.decidedTime,
              },
      };
    });
}

/** Median of each step, ms. */
export function medianSteps(closes: readonly WorkedClose[]): Record<StepName, number> {
  const known = closes.flatMap(({ steps }) => steps ?? []);
  return Object.fromEntries(
    STEPS.map(step => [
      step,
      percentile(
        known.map(steps => steps[step]),
        0.5,
      ),
    ]),
  ) as Record<StepName, number>;
}

/** Waits until an account has stopped, as its `iterations` say. */
export async function untilStopped(ledger: Ledger, account: string, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (ledger.account(account).state !== 'stopped') {
    if (Date.now() > deadline) throw new Error(`Account ${account} goes on after ${patienceMs / 1_000} s.`);
    await sleep(50);
  }
}
