import { readFileSync, rmSync } from 'node:fs';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { Venue } from '../../trading/venue.ts';

/**
 * Where chaos runs have a worker end itself: between two of its effects. `ALPHALOOM_CHAOS_KILL_AT` names a file; once it says
 * `before submit:3`, the third passing of that place ends this process by SIGKILL. Only venues on loopback are spoken to then.
 */
export interface KillPoint {
  ledger(ledger: Ledger): Ledger;
  venue(venue: Venue): Venue;
}

/** null, as always but in chaos runs: nothing is watched. */
export function killPoint({ ALPHALOOM_CHAOS_KILL_AT: file }: NodeJS.ProcessEnv): KillPoint | null {
  if (file === undefined || file === '') return null;
  const passed = new Map<string, number>();
  const pass = (place: string) => {
    const [wanted, passing] = orderIn(file).split(':');
    if (wanted !== place) return;
    const times = (passed.get(place) ?? 0) + 1;
    passed.set(place, times);
    if (times < Number(passing)) return;
    rmSync(file, { force: true });
    process.kill(process.pid, 'SIGKILL');
  };
  return { ledger: ledger => watched(ledger, pass), venue: venue => watched(venue, pass) };
}

function orderIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Its asynchronous methods pass a place before and one after. */
function watched<Target extends object>(target: Target, pass: (place: string) => void): Target {
  return new Proxy(target, {
    get(of, property) {
      const value = Reflect.get(of, property, of) as unknown;
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        pass(`before ${String(property)}`);
        const answer = value.apply(of, given) as unknown;
        if (!(answer instanceof Promise)) return answer;
        return answer.then(told => {
          pass(`after ${String(property)}`);
          return told;
        });
      };
    },
  });
}
