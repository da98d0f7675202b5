import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What Python's package took, and the hash of the model that it made. */
export interface ReferenceFit {
  readonly seconds: number;
  readonly sha256: string;
}

/** Python with the tables loaded, which trains and explains when asked. */
export class TreesReference {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string, folder: string, spec: object) {
    const script = join(import.meta.dirname, 'trees-reference.py');
    this.#process = spawn(python, [script, folder, JSON.stringify(spec)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async fit(learner: string): Promise<ReferenceFit> {
    return (await this.#ask(learner)) as ReferenceFit;
  }

  /** Seconds of SHAP values of so many rows, by the model fitted last, in one thread. */
  async contributions(learner: string, rows: number): Promise<number> {
    return ((await this.#ask(`${learner} ${rows}`)) as ReferenceFit).seconds;
  }

  close(): void {
    this.#process.stdin!.end();
  }

  async #ask(line: string): Promise<unknown> {
    this.#process.stdin!.write(`${line}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The reference stopped.');
    return JSON.parse(value);
  }
}
