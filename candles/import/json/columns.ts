import type { Candles } from '../../../contracts/candles.ts';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { MAX_BARS_PER_FILE, tooManyBars } from '../limits.ts';

/** The columns of a bar by their roles. */
export const ROLES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Gathers bars column by column; memory follows what was read. */
export class JsonColumns {
  readonly #path: string;
  readonly #columns: (Float64Array<ArrayBuffer> | undefined)[] = [];
  #role = 0;
  #values = new Float64Array(0);
  /** Values of the column so far. */
  length = 0;

  constructor(path: string) {
    this.#path = path;
  }

  begin(role: number): void {
    this.#end();
    if (this.#columns[role]) throw this.#fault(`${ROLES[role]} is there twice`);
    this.#role = role;
    this.#values = new Float64Array(4_096);
    this.length = 0;
  }

  add(value: number): void {
    if (this.length === MAX_BARS_PER_FILE) throw tooManyBars(this.#path);
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  finish(): Candles {
    this.#end();
    const missing = ROLES.findIndex((_, role) => !this.#columns[role]);
    if (missing >= 0) throw this.#fault(`${ROLES[missing]} is missing`);
    const lengths = this.#columns.map(column => column!.length);
    if (new Set(lengths).size > 1) throw this.#fault(`they differ in length (${lengths.join(', ')})`);
    const [openTime, open, high, low, close, volume] = this.#columns as Float64Array<ArrayBuffer>[];
    return { openTime, open, high, low, close, volume };
  }

  #end(): void {
    if (this.#values.length > 0) this.#columns[this.#role] = this.#values.slice(0, this.length);
    this.#values = new Float64Array(0);
  }

  #fault(what: string): AlphaloomError {
    return new AlphaloomError(
      'CANDLES_INVALID',
      `${this.#path} has the wrong columns: ${what}. Expected ts, open, high, low, close and volume, all of one length.`,
      { path: this.#path, rule: 'columns' },
    );
  }
}
