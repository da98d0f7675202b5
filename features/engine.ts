import { EXTRA_COLUMNS, type MarketBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { FeatureDefinition } from './definition.ts';
import { DERIVATIONS, DERIVED_COLUMNS } from './kernels/derived.ts';
import {
  CHUNK_BARS,
  type Column,
  type DerivedColumn,
  type Formula,
  type KernelBars,
  type KernelOutputs,
} from './kernels/kernel.ts';

/**
 * Features under way. Bars are given in their order from the series' anchor on, one or many at a time; how they are cut
 * into calls changes no bit of any value: history in one go and live bars one by one are the same computation.
 */
export class FeatureEngine {
  readonly #runs: readonly Run[];
  readonly #derived: readonly DerivedColumn[];
  readonly #derive: readonly ((bars: MarketBars, out: Float64Array) => void)[];
  readonly #derivedValues: Readonly<Record<DerivedColumn, Float64Array>>;
  readonly #inputs: ReadonlySet<string>;

  /** @param barMs duration of a bar */
  constructor(definitions: readonly FeatureDefinition[], barMs: number) {
    this.#runs = runsOf(definitions, barMs);
    this.#inputs = new Set(definitions.flatMap(({ kernel }) => kernel.inputs));
    this.#derived = DERIVED_COLUMNS.filter(name => this.#inputs.has(name));
    this.#derive = this.#derived.map(name => DERIVATIONS[name].start());
    const column = (name: DerivedColumn) => new Float64Array(this.#inputs.has(name) ? CHUNK_BARS : 0);
    this.#derivedValues = {
      perClose: column('perClose'),
      logReturn: column('logReturn'),
      closeChange: column('closeChange'),
      trueRange: column('trueRange'),
      typicalPrice: column('typicalPrice'),
    };
  }

  /**
   * Computes the rows of the next bars into `out[f][at …]`, a column per feature in the definitions' order; what is not
   * finite as float32 becomes NaN, so that both types miss the same values.
   * @throws AlphaloomError FEATURE_INPUT_MISSING where the bars lack a column that a formula reads
   */
  advance(bars: MarketBars, out: readonly Column[], at: number): void {
    this.#requireInputs(bars);
    const count = bars.close.length;
    for (let from = 0; from < count; from += CHUNK_BARS) {
      const chunk = this.#chunk(bars, from, Math.min(from + CHUNK_BARS, count));
      for (const { formula, outputs, targets } of this.#runs) {
        formula.advance(chunk, outputs);
        for (const { feature, values } of targets) {
          const column = out[feature];
          if (column instanceof Float32Array) keepFloat32(values, column, at + from, chunk.close.length);
          else keepFloat64(values, column, at + from, chunk.close.length);
        }
      }
    }
  }

  #chunk(bars: MarketBars, from: number, to: number): KernelBars {
    const chunk: { -readonly [Name in keyof KernelBars]: KernelBars[Name] } = {
      openTime: bars.openTime.subarray(from, to),
      open: bars.open.subarray(from, to),
      high: bars.high.subarray(from, to),
      low: bars.low.subarray(from, to),
      close: bars.close.subarray(from, to),
      volume: bars.volume.subarray(from, to),
      ...this.#derivedValues,
    };
    for (const name of EXTRA_COLUMNS)
      if (this.#inputs.has(name)) chunk[name] = bars[name]!.subarray(from, to);
    for (const [index, name] of this.#derived.entries()) {
      const values = this.#derivedValues[name].subarray(0, to - from);
      this.#derive[index](chunk, values);
      chunk[name] = values;
    }
    return chunk;
  }

  #requireInputs(bars: MarketBars): void {
    for (const name of EXTRA_COLUMNS) {
      if (!this.#inputs.has(name) || bars[name]) continue;
      const needing = this.#runs.filter(({ inputs }) => inputs.has(name)).flatMap(({ names }) => names);
      throw new AlphaloomError(
        'FEATURE_INPUT_MISSING',
        `${needing.slice(0, 3).join(', ')} need${needing.length === 1 ? 's' : ''} ${MISSING[name]}.`,
        { column: name, features: needing },
      );
    }
  }
}

const TICKS = 'seconds made from ticks; import trades and books: candles import-ticks';
const MISSING: Readonly<Record<(typeof EXTRA_COLUMNS)[number], string>> = {
  leaderClose: 'a leading market; name one in the recipe, e.g. features.leader: binance:BTCUSDT',
  upTicks: TICKS,
  downTicks: TICKS,
  bidDepth: TICKS,
  askDepth: TICKS,
};

/** One formula, the columns it writes for a chunk, and where they go. */
interface Run {
  readonly names: readonly string[];
  readonly inputs: ReadonlySet<string>;
  readonly formula: Formula;
  readonly outputs: KernelOutputs;
  readonly targets: readonly { readonly feature: number; readonly values: Float64Array }[];
}

/**
 * Where formulas write a chunk before it is copied: the same few columns for all formulas of all engines, since none waits
 * half-way. They stay in the nearest cache, and hundreds of followed series need no columns of their own.
 */
const OUTPUT_COLUMNS: Float64Array[] = [];

function outputColumn(number: number): Float64Array {
  OUTPUT_COLUMNS[number] ??= new Float64Array(CHUNK_BARS);
  return OUTPUT_COLUMNS[number];
}

/** Features that one run of a kernel gives together. */
function runsOf(definitions: readonly FeatureDefinition[], barMs: number): Run[] {
  const numbered = definitions.map((definition, feature) => ({ definition, feature }));
  const groups = Map.groupBy(
    numbered,
    ({ definition: { kernel, parameters, contentHash } }) =>
      `${kernel.name} ${JSON.stringify(parameters)} ${contentHash ?? ''}`,
  );
  return [...groups.values()].map(group => {
    const { kernel, parameters } = group[0].definition;
    const outputs: Record<string, Float64Array | undefined> = {};
    for (const name of kernel.outputs) outputs[name] = undefined;
    let used = 0;
    for (const { definition } of group) outputs[definition.output] ??= outputColumn(used++);
    return {
      names: group.map(({ definition }) => definition.name),
      inputs: new Set(kernel.inputs),
      formula: kernel.start(parameters, barMs),
      outputs,
      targets: group.map(({ definition, feature }) => ({ feature, values: outputs[definition.output]! })),
    };
  });
}

/*
 * What is not finite as float32 becomes NaN: x + (x − x) is x, or NaN where x is infinite. Such a NaN has the bits that the
 * processor gave it, which differ with how the code was compiled; columns are compared and hashed by their bits, so each is
 * written anew as the one NaN. Twice the same, so that each is compiled for its own type.
 */

function keepFloat32(values: Float64Array, out: Float32Array, at: number, count: number): void {
  const target = at === 0 ? out : out.subarray(at, at + count);
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const kept = Math.fround(values[i]);
    const none = kept - kept;
    target[i] = kept + none;
    missing += none;
  }
  if (missing !== 0) writeNaN(target, count);
}

function keepFloat64(values: Float64Array, out: Float64Array, at: number, count: number): void {
  const target = at === 0 ? out : out.subarray(at, at + count);
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const kept = Math.fround(values[i]);
    const none = kept - kept;
    target[i] = values[i] + none;
    missing += none;
  }
  if (missing !== 0) writeNaN(target, count);
}

function writeNaN(out: Column, count: number): void {
  for (let i = 0; i < count; i++) if (Number.isNaN(out[i])) out[i] = Number.NaN;
}
