/** The process died here: nothing more of it does anything. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Counts what a process does to ledger and venue, and kills it before or after any of it. */
export class Boundaries {
  passed = 0;
  readonly names: string[] = [];
  #crashAt: number;
  #isDead = false;

  /** @param crashAt number of the boundary to die at; each call has two, one before and one after */
  constructor(crashAt: number) {
    this.#crashAt = crashAt;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  watch<Target extends object>(target: Target, counted: ReadonlySet<string>): Target {
    const pass = (name: string) => this.#pass(name);
    const check = () => {
      if (this.#isDead) throw new Crash('dead');
    };
    return new Proxy(target, {
      get(of, property) {
        const value = Reflect.get(of, property, of) as unknown;
        if (typeof value !== 'function') return value;
        const name = String(property);
        if (!counted.has(name)) {
          return (...given: unknown[]) => {
            check();
            return value.apply(of, given);
          };
        }
        return async (...given: unknown[]) => {
          pass(`before ${name}`);
          const answer = await value.apply(of, given);
          pass(`after ${name}`);
          return answer;
        };
      },
    });
  }

  #pass(name: string): void {
    if (this.#isDead) throw new Crash('dead');
    this.names.push(name);
    if (this.passed++ !== this.#crashAt) return;
    this.#isDead = true;
    throw new Crash(name);
  }
}

export const LEDGER_WRITES: ReadonlySet<string> = new Set([
  'applyMessage',
  'beginSending',
  'changeState',
  'commitClose',
  'finishFlatten',
  'notify',
  'planExit',
  'recordFills',
  'recordMiss',
  'recordOutcome',
  'recordStrangers',
  'setKeeping',
  'withdraw',
]);

export const VENUE_REQUESTS: ReadonlySet<string> = new Set([
  'balances',
  'cancel',
  'fills',
  'lookUp',
  'openOrders',
  'quote',
  'recentOrders',
  'submit',
]);
