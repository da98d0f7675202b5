import { setTimeout as realTime, setImmediate as turn } from 'node:timers/promises';

interface Waiter {
  readonly due: number;
  wake(): void;
}

/** A clock that jumps to the next sleeper whenever nothing else is going on. */
export class PlayedClock {
  /** Requests that are on a real wire: while there are any, no time passes. */
  underWay = 0;
  #now: number;
  readonly #waiters = new Set<Waiter>();
  #isPlaying = false;

  constructor(now: number) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return;
    await new Promise<void>(resolve => {
      const waiter: Waiter = { due: this.#now + ms, wake: resolve };
      const leave = () => {
        this.#waiters.delete(waiter);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiters.add(waiter);
      void this.#play();
    });
  };

  advance(ms: number): void {
    this.#now += ms;
  }

  async #play(): Promise<void> {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    while (this.#waiters.size > 0) {
      await turn();
      await turn();
      if (this.underWay > 0) {
        await realTime(1);
        continue;
      }
      const next = [...this.#waiters].sort((one, other) => one.due - other.due)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.due);
      this.#waiters.delete(next);
      next.wake();
    }
    this.#isPlaying = false;
  }
}
