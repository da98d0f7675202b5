import type { Candles } from '../../../contracts/candles.ts';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { CandleBuilder } from '../../candle-builder.ts';
import { parseNumber, parseTime } from '../cells.ts';
import { columnRole } from '../columns.ts';
import { MAX_BARS_PER_FILE, tooManyBars } from '../limits.ts';
import { JsonColumns, ROLES } from './columns.ts';
import { KLINE_CELLS, KlineShape } from './klines.ts';
import type { JsonEvents } from './scanner.ts';

const BAR_CELLS = ROLES.length;

type Cell = string | null;
/** `rows`: inside one array; `lines`: one document per bar; `columns`: inside one object. */
type Layout = 'rows' | 'lines' | 'columns';

/**
 * Makes bars of what a scanner meets: an array of rows, rows line by line (each an array of six cells or an object), or
 * an object of columns.
 */
export class JsonBars implements JsonEvents {
  readonly #path: string;
  readonly #builder = new CandleBuilder();
  readonly #columns: JsonColumns;
  readonly #klines = new KlineShape();
  /** Of names that were met: few, as others are refused. */
  readonly #roles = new Map<string, number>();
  #layout: Layout | undefined;
  #documents = 0;
  #outer: 'array' | 'object' = 'array';
  #row: 'array' | 'object' | undefined;
  /** Cells of the row so far; of an object by role, where undefined is not there yet. */
  #cells: (Cell | undefined)[] = [];
  #rowCells: number | undefined;
  #role = -1;

  constructor(path: string) {
    this.#path = path;
    this.#columns = new JsonColumns(path);
  }

  finish(): Candles {
    return this.#layout === 'columns' ? this.#columns.finish() : this.#builder.finish();
  }

  open(kind: 'array' | 'object', depth: number): void {
    if (depth === 0) {
      if (++this.#documents > 1 && this.#layout !== 'lines')
        throw new Error('text after the end of its bars');
      this.#outer = kind;
      this.#beginRow(kind);
    } else if (this.#outer === 'array') {
      this.#choose('rows');
      this.#beginRow(kind);
    } else {
      if (kind === 'object') throw new Error('an object within an object');
      this.#choose('columns');
      this.#columns.begin(this.#role);
    }
  }

  close(_kind: 'array' | 'object', depth: number): void {
    const isRow = this.#layout === 'rows' ? depth === 1 : this.#layout === 'lines';
    if (isRow) this.#endRow();
  }

  key(name: string): void {
    let role = this.#roles.get(name);
    if (role === undefined) {
      role = columnRole(this.#path, name);
      this.#roles.set(name, role);
    }
    this.#role = role;
    if (this.#row === 'object' && this.#cells[this.#role] !== undefined)
      throw this.#wrongRow(`it has ${ROLES[this.#role]} twice`);
  }

  scalar(value: Cell, depth: number): void {
    if (depth === 0) throw new Error('it is neither an array nor an object of bars');
    if (this.#layout === 'columns') {
      if (depth !== 2) throw new Error('a column that is no array');
      this.#columns.add(this.#parse(value, this.#role, this.#columns.length + 1));
      return;
    }
    if (depth === 1) this.#choose('lines');
    if (this.#row === 'object') this.#cells[this.#role] = value;
    else if (this.#cells.length < KLINE_CELLS) this.#cells.push(value);
    else throw this.#wrongRow(`it has more than ${KLINE_CELLS} cells`);
  }

  #choose(layout: Layout): void {
    this.#layout ??= layout;
    if (this.#layout !== layout) throw new Error(`${this.#layout} and ${layout} of bars are mixed`);
  }

  #beginRow(kind: 'array' | 'object'): void {
    this.#row = kind;
    this.#cells = [];
  }

  #endRow(): void {
    if (this.#builder.length === MAX_BARS_PER_FILE) throw tooManyBars(this.#path);
    if (this.#row === 'array') this.#requireCells();
    const row = this.#builder.length + 1;
    const cell = (role: number) => this.#parse(this.#cells[role] ?? null, role, row);
    this.#builder.push(cell(0), cell(1), cell(2), cell(3), cell(4), cell(5));
  }

  /** Six cells, or the twelve of a Binance kline; all rows alike. */
  #requireCells(): void {
    const { length } = this.#cells;
    this.#rowCells ??= length;
    const isKline = length === KLINE_CELLS && this.#klines.fits(this.#cells as Cell[]);
    if (this.#rowCells !== length || !(length === BAR_CELLS || isKline))
      throw this.#wrongRow(`it has ${length} cells`);
  }

  #parse(value: Cell, role: number, row: number): number {
    const place = { path: this.#path, row, column: ROLES[role] };
    return role === 0 ? parseTime(value, place) : parseNumber(value, place);
  }

  #wrongRow(what: string): AlphaloomError {
    const row = this.#builder.length + 1;
    return new AlphaloomError(
      'CANDLES_INVALID',
      `${this.#path}, row ${row}: ${what}. Expected [ts, open, high, low, close, volume], an object of these, or Binance’s klines.`,
      { path: this.#path, row, rule: 'cells' },
    );
  }
}
