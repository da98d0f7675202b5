import { setTimeout as realTime, setImmediate as turn } from 'node:timers/promises';

interface Waiter {
  readonly due: number;
  wake(): void;
}

/** What takes longer is on a wire, and is not spun for. */
const BUSY_TURNS = 20;

/** A clock that jumps to the next sleeper whenever nothing else is going on. */
export class PlayedClock {
  #now: number;
  #underWay = 0;
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

  /** The same, but that no time passes while a call of it is under way: it waits for a disk or a wire, not for the clock. */
  stoppedBy<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (of, property) => {
        const value = Reflect.get(of, property, of) as unknown;
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          const answer = value.apply(of, given) as unknown;
          if (!(answer instanceof Promise)) return answer;
          this.#underWay++;
          return answer.finally(() => this.#underWay--);
        };
      },
    });
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  async #play(): Promise<void> {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    let turnsUnderWay = 0;
    while (this.#waiters.size > 0) {
      await turn();
      await turn();
      if (this.#underWay > 0) {
        if (++turnsUnderWay > BUSY_TURNS) await realTime(1);
        continue;
      }
      turnsUnderWay = 0;
      const next = [...this.#waiters].sort((one, other) => one.due - other.due)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.due);
      this.#waiters.delete(next);
      next.wake();
    }
    this.#isPlaying = false;
  }
}
