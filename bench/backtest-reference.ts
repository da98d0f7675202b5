import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Trades of a simulation as columns: bars whose close was the entry, bars of the exit, prices. */
export type ReferenceTrades = Record<'entryBar' | 'exitBar' | 'entryPrice' | 'exitPrice', Float64Array>;

/** By the clock, and of the processor by all threads of a process: the same on an idle machine, but for helpers. */
export interface Seconds {
  readonly clock: number;
  readonly processor: number;
}

/** vectorbt with the bars and entries of a folder, which simulates when asked. */
export class BacktestReference {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  /** @param rules stop and target as shares of the entry, fee as a share, cash in quote */
  constructor(python: string, folder: string, rules: readonly [number, number, number, number]) {
    const script = join(import.meta.dirname, 'backtest-reference.py');
    this.#folder = folder;
    this.#process = spawn(python, [script, folder, ...rules.map(String)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** Seconds that the first `count` bars take. */
  async seconds(count: number): Promise<Seconds> {
    this.#process.stdin!.write(`${count}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The reference stopped.');
    const [clock, processor] = value.split(' ').map(Number);
    return { clock, processor };
  }

  /** Of the simulation before. */
  async trades(): Promise<ReferenceTrades> {
    const column = async (name: string) => {
      const bytes = await readFile(join(this.#folder, `${name}.f64`));
      return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
    };
    return {
      entryBar: await column('entryBar'),
      exitBar: await column('exitBar'),
      entryPrice: await column('entryPrice'),
      exitPrice: await column('exitPrice'),
    };
  }

  close(): void {
    this.#process.stdin!.end();
  }
}
