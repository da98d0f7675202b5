import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Python with the columns loaded, which computes when asked. */
export class FeatureReference {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string, folder: string) {
    const script = join(import.meta.dirname, 'feature-reference.py');
    this.#process = spawn(python, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** Seconds that a way takes: `talib`, `bare` or `pandas`. */
  async seconds(way: string): Promise<number> {
    this.#process.stdin!.write(`${way}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The reference stopped.');
    return Number(value);
  }

  close(): void {
    this.#process.stdin!.end();
  }
}
