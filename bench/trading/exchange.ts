import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { InspectedOrder } from '../../venues/loopback/inspection.ts';

/** A request as the exchange served it; `time` in epoch ms. */
export interface Arrival {
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** The exchange as a process of its own. */
export interface BenchExchange {
  readonly address: string;
  readonly firstOpenTime: number;
  /** All that it was asked, oldest first. */
  arrivals(): Promise<readonly Arrival[]>;
  orders(): Promise<readonly InspectedOrder[]>;
  end(): Promise<void>;
}

export async function startExchange(symbols: number): Promise<BenchExchange> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'exchange-process.ts'), `${symbols}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(createInterface(child.stdout!), 'line');
  const { address, firstOpenTime } = JSON.parse(line as string) as { address: string; firstOpenTime: number };
  const ask = async (path: string) => (await fetch(`${address}/loopback/${path}`)).json();
  return {
    address,
    firstOpenTime,
    arrivals: async () => (await ask('requests')) as Arrival[],
    orders: async () => (await ask('orders')) as InspectedOrder[],
    async end() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
