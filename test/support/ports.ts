import { nextFreePort } from '../../host/ports.ts';
import type { Ports } from '../../host/run-state.ts';

/** Under the ports that Linux hands out to clients (from 32,768 on), so that nobody takes them in passing. */
const FIRST = 12_000;
const SLOTS = 1_800;
const PORTS_PER_SLOT = 10;

let asked = 0;

/** Two free ports from this process's own ten, others at each call: test files that run side by side do not meet. */
export async function ownPorts(): Promise<Ports> {
  const slot = FIRST + (process.pid % SLOTS) * PORTS_PER_SLOT;
  const port = await nextFreePort(slot + ((2 * asked++) % PORTS_PER_SLOT));
  return { port, uiPort: await nextFreePort(port + 1) };
}
