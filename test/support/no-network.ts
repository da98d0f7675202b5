// Preloaded into commands under test (--import): whatever they are told, their requests stay on this machine.
import { isLoopback } from '../../contracts/venue-host.ts';

const send = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : String(input));
  if (!isLoopback(url)) throw new Error(`A test wanted to reach ${url.host}.`);
  return await send(input, init);
};
