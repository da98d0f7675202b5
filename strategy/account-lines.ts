import type { Marks } from './decision-views.ts';

/** A line per played time: the account at the close. */
export interface Lines {
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  readonly grossExposure: Float64Array;
}

/** Is told, in ascending order, the lines at which the account may have changed. */
export interface LineWriter extends Lines {
  /** @param held quantity of the account's one symbol, signed by its side */
  write(line: number, marks: Marks, held: number): void;
}

/** Of several symbols: each line as it is told; all of them have to be. */
export class WrittenLines implements LineWriter {
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  readonly grossExposure: Float64Array;

  constructor(count: number) {
    this.equity = new Float64Array(count);
    this.cash = new Float64Array(count);
    this.grossExposure = new Float64Array(count);
  }

  write(line: number, { equity, cash, grossExposure }: Marks): void {
    this.equity[line] = equity;
    this.cash[line] = cash;
    this.grossExposure[line] = grossExposure;
  }
}

const WIDTH = 3;
const FIRST_ROWS = 1_024;

/**
 * Of one symbol: what was held from which line on. Columns are made of it when one is first read: who asks for trades alone
 * does not wait for them.
 */
export class HeldLines implements LineWriter {
  readonly #close: Float64Array;
  /** Line, cash, and what is held, row by row. */
  #changes = new Float64Array(FIRST_ROWS * WIDTH);
  #end = 0;
  #cash: number;
  #held: number;
  #columns: Lines | null = null;

  /** @param close of each line @param cash and @param held before the first */
  constructor(close: Float64Array, cash: number, held: number) {
    this.#close = close;
    this.#cash = cash;
    this.#held = held;
    this.#add(0);
  }

  write(line: number, { cash }: Marks, held: number): void {
    if (cash === this.#cash && held === this.#held) return;
    this.#cash = cash;
    this.#held = held;
    this.#add(line);
  }

  get equity(): Float64Array {
    return this.#read().equity;
  }

  get cash(): Float64Array {
    return this.#read().cash;
  }

  get grossExposure(): Float64Array {
    return this.#read().grossExposure;
  }

  #add(line: number): void {
    if (this.#end === this.#changes.length) {
      const longer = new Float64Array(2 * this.#end);
      longer.set(this.#changes);
      this.#changes = longer;
    }
    this.#changes[this.#end] = line;
    this.#changes[this.#end + 1] = this.#cash;
    this.#changes[this.#end + 2] = this.#held;
    this.#end += WIDTH;
  }

  #read(): Lines {
    this.#columns ??= this.#made();
    return this.#columns;
  }

  #made(): Lines {
    const close = this.#close;
    const made = new WrittenLines(close.length);
    for (let at = 0; at < this.#end; at += WIDTH) {
      const [line, cash, held] = this.#changes.subarray(at, at + WIDTH);
      const to = at + WIDTH < this.#end ? this.#changes[at + WIDTH] : close.length;
      made.cash.fill(cash, line, to);
      if (held === 0) made.equity.fill(cash, line, to);
      else markHeld(made, close, { line, to, cash, held });
    }
    return made;
  }
}

function markHeld(
  { equity, grossExposure }: Lines,
  close: Float64Array,
  { line, to, cash, held }: { line: number; to: number; cash: number; held: number },
): void {
  const quantity = Math.abs(held);
  for (let at = line; at < to; at++) {
    equity[at] = cash + held * close[at];
    grossExposure[at] = quantity * close[at];
  }
}
