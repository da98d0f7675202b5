import type { AlphaloomError } from '../contracts/errors.ts';

const BELL = Symbol('bell');
/** How late a bell may ring. One timer that ticks for all costs a prediction nothing; one each would cost it a tenth. */
const TICK_MS = 5;

/**
 * A time by which answers are due. What is not there by then goes on unheard, since a native call can't be interrupted.
 * Its bell is set when somebody first waits for it: `end` it when nobody does any more.
 */
export class TimeLimit {
  /** For work that nobody hurries. */
  static readonly NONE = new TimeLimit(Number.POSITIVE_INFINITY, () => 0);
  static readonly #set = new Set<TimeLimit>();
  static #ticking: NodeJS.Timeout | undefined;

  readonly #endsAt: number;
  readonly #monotonicMs: () => number;
  #bell: Promise<typeof BELL> | undefined;
  #ring: ((bell: typeof BELL) => void) | undefined;

  /** @param endsAt in the time of `monotonicMs` */
  constructor(endsAt: number, monotonicMs: () => number) {
    this.#endsAt = endsAt;
    this.#monotonicMs = monotonicMs;
  }

  get isOver(): boolean {
    return this.#monotonicMs() >= this.#endsAt;
  }

  /** What the work gives, unless the bell rings first. @throws `late()` */
  async orBell<T>(work: Promise<T>, late: () => AlphaloomError): Promise<T> {
    if (this.#endsAt === Number.POSITIVE_INFINITY) return await work;
    // The race listens to the work to its end, so that one that fails unheard is no unhandled rejection.
    const first = await Promise.race([work, this.#setBell()]);
    if (first === BELL) throw late();
    return first;
  }

  /** The same, and nothing that came too late because the work held the thread, and the bell with it. @throws `late()` */
  async inTime<T>(work: Promise<T>, late: () => AlphaloomError): Promise<T> {
    const answer = await this.orBell(work, late);
    if (this.isOver) throw late();
    return answer;
  }

  end(): void {
    TimeLimit.#set.delete(this);
  }

  #setBell(): Promise<typeof BELL> {
    this.#bell ??= new Promise(resolve => {
      this.#ring = resolve;
    });
    TimeLimit.#set.add(this);
    TimeLimit.#ticking ??= setInterval(TimeLimit.#tick, TICK_MS);
    return this.#bell;
  }

  static #tick(): void {
    for (const limit of TimeLimit.#set) {
      if (!limit.isOver) continue;
      limit.#ring?.(BELL);
      limit.end();
    }
    if (TimeLimit.#set.size > 0) return;
    clearInterval(TimeLimit.#ticking);
    TimeLimit.#ticking = undefined;
  }
}
