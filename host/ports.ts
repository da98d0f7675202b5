import { createServer } from 'node:net';
import { AlphaloomError } from '../contracts/errors.ts';

const LOOPBACK = '127.0.0.1';
const TRIES = 200;

/** Whether a server could listen on the port of the loopback interface right now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first free port from `preferred` on, none of `taken`. */
export async function nextFreePort(preferred: number, taken: readonly number[] = []): Promise<number> {
  for (let port = preferred; port < Math.min(preferred + TRIES, 65_536); port++) {
    if (!taken.includes(port) && (await isPortFree(port))) return port;
  }
  throw new AlphaloomError(
    'PORT_TAKEN',
    `No port from ${preferred} to ${preferred + TRIES - 1} is free on ${LOOPBACK}. Set temporal.port and temporal.uiPort.`,
    { from: preferred, tried: TRIES },
  );
}
