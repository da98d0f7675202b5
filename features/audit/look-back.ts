import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import type { FeatureDefinition } from '../definition.ts';
import { FeatureEngine } from '../engine.ts';
import { runWhole, type Subject, type Values } from './runs.ts';

/** What bars before the look-back may change of a value: a recursive formula never forgets wholly. */
const TOLERANCE = 1e-9;
/** Rows compared after each later start, beyond the longest look-back. */
const ROWS_AFTER = 200;
const ROWS_TRIED = 3;

/** A row whose value changes when the bars before its look-back are not there. */
export interface Shallow {
  readonly row: number;
  /** With the bars before the look-back, and without. */
  readonly whole: number;
  readonly started: number;
}

/** Starts a run at each anchor and compares its rows after the look-back with the run from the first bar; null is well. */
export function findShallow(subject: Subject, whole: Values, anchors: readonly number[]): (Shallow | null)[] {
  const { definitions, bars, barMs } = subject;
  const longest = Math.max(0, ...definitions.map(({ lookBack }) => lookBack));
  const found: (Shallow | null)[] = definitions.map(() => null);
  for (const anchor of anchors) {
    const end = Math.min(bars.close.length, anchor + longest + ROWS_AFTER);
    const started = runWhole({ definitions, bars: sliceBars(bars, anchor, end), barMs });
    for (const [f, { lookBack }] of definitions.entries())
      found[f] ??= firstShallow(started[f], whole[f].subarray(anchor, end), lookBack, anchor);
  }
  return found;
}

function firstShallow(
  started: Float64Array,
  whole: Float64Array,
  lookBack: number,
  anchor: number,
): Shallow | null {
  let largest = 0;
  for (let row = 0; row < started.length; row++) {
    for (const value of [started[row], whole[row]]) if (Math.abs(value) > largest) largest = Math.abs(value);
    if (row < lookBack || agree(started[row], whole[row], largest)) continue;
    return { row: anchor + row, whole: whole[row], started: started[row] };
  }
  return null;
}

/** How many bars back a formula really needs, found at a row whose value changes beyond its look-back; null where none does. */
export function findBarsNeeded(
  definition: FeatureDefinition,
  bars: MarketBars,
  barMs: number,
  rows: readonly number[],
): { readonly bars: number; readonly row: number } | null {
  const deepest = (row: number) => valueFrom(definition, bars, barMs, row, row);
  const step = Math.max(1, Math.floor(rows.length / ROWS_TRIED));
  for (let at = rows.length - 1; at >= 0; at -= step) {
    const row = rows[at];
    const settled = deepest(row);
    const suffices = (back: number) => {
      const value = valueFrom(definition, bars, barMs, row, back);
      return agree(value, settled, Math.max(Math.abs(value), Math.abs(settled)) || 0);
    };
    if (row <= definition.lookBack || suffices(definition.lookBack)) continue;
    let low = definition.lookBack;
    let high = row;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (suffices(middle)) high = middle;
      else low = middle;
    }
    return { bars: high, row };
  }
  return null;
}

/** The row's value when nothing is known but the bars from `back` before it. */
function valueFrom(
  definition: FeatureDefinition,
  bars: MarketBars,
  barMs: number,
  row: number,
  back: number,
): number {
  const from = row - back;
  const out = [new Float64Array(back + 1)];
  new FeatureEngine([definition], barMs).advance(sliceBars(bars, from, row + 1), out, 0);
  return out[0][back];
}

function agree(a: number, b: number, scale: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return Math.abs(a - b) <= TOLERANCE * scale;
}
