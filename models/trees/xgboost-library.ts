import koffi from 'koffi';
import type { Handle, Out } from './native-library.ts';
import { loadXgboost, requireXgboost, type XgboostNative } from './xgboost-native.ts';

/** The release whose trees the tests compare with; its wheel on PyPI carries the library. */
export const XGBOOST_VERSION = '3.2.0';

/** XGBoost's parameters by XGBoost's names. */
export type XgboostParams = Readonly<Record<string, string | number | boolean>>;

const MARGIN = 1;
const CONTRIBUTIONS = 2;
const VALIDATION = 'validation';

/** Makes XGBoost's tables and boosters. What it makes must be disposed of; its calls belong in a worker thread. */
export class XgboostLibrary {
  private readonly native: XgboostNative;

  /** @throws AlphaloomError NATIVE_LIBRARY_MISSING */
  constructor(path: string) {
    this.native = loadXgboost(path);
    this.require(this.native.setGlobalConfig('{"verbosity": 0}'));
  }

  /** `3.2.0` */
  version(): string {
    const parts: Out<number>[] = [[0], [0], [0]];
    this.native.version(...parts);
    return parts.join('.');
  }

  /**
   * A table of row-major float32 `x`, `[rows, columns]`, NaN for missing.
   * @throws AlphaloomError TRAINING_FAILED where it holds an infinity
   */
  table({ x, rows, target, weight }: XgboostTableInput, threads: number): XgboostTable {
    const { native } = this;
    const out: Out<Handle> = [0n];
    this.require(
      native.matrixCreate(
        arrayInterface(x, rows),
        // Python's spelling of a JSON number that JSON does not have.
        `{"missing": NaN, "nthread": ${threads}, "data_split_mode": 0}`,
        out,
      ),
    );
    const table = new XgboostTable(native, out[0]);
    try {
      if (target) this.require(native.matrixSetFloats(table.handle, 'label', target, rows));
      if (weight) this.require(native.matrixSetFloats(table.handle, 'weight', weight, rows));
      return table;
    } catch (error) {
      table[Symbol.dispose]();
      throw error;
    }
  }

  /** @param validation the table that `validationLoss` is of */
  booster(train: XgboostTable, validation: XgboostTable, params: XgboostParams): XgboostBooster {
    const out: Out<Handle> = [0n];
    this.require(this.native.boosterCreate([train.handle, validation.handle], 2, out));
    const booster = new XgboostBooster(this.native, out[0], train, validation);
    for (const name of Object.keys(params).sort())
      this.require(this.native.boosterSetParam(out[0], name, String(params[name])));
    return booster;
  }

  /** Raw scores `[rows, groups]` of a model for row-major float32 `x`; with one thread. */
  scores(modelText: string, x: Float32Array, rows: number): Float32Array {
    return this.answer(modelText, x, rows, MARGIN);
  }

  /** XGBoost's own SHAP values `[rows, groups, features + 1]`. */
  contributions(modelText: string, x: Float32Array, rows: number): Float32Array {
    return this.answer(modelText, x, rows, CONTRIBUTIONS);
  }

  private answer(modelText: string, x: Float32Array, rows: number, type: number): Float32Array {
    const native = new DisposableStack();
    try {
      const table = native.use(this.table({ x, rows, target: null, weight: null }, 1));
      const out: Out<Handle> = [0n];
      this.require(this.native.boosterCreate([], 0, out));
      const handle = out[0];
      native.defer(() => this.native.boosterFree(handle));
      this.require(this.native.boosterSetParam(handle, 'nthread', '1'));
      const text = Buffer.from(modelText);
      this.require(this.native.boosterLoad(handle, text, text.length));
      const config = { type, training: false, iteration_begin: 0, iteration_end: 0, strict_shape: true };
      const [shape, dims, values]: [Out<Handle>, Out<number | bigint>, Out<Handle>] = [[0n], [0], [0n]];
      this.require(
        this.native.boosterPredict(handle, table.handle, JSON.stringify(config), shape, dims, values),
      );
      const sizes = new BigUint64Array(koffi.view(shape[0], 8 * Number(dims[0])));
      const count = sizes.reduce((product, size) => product * Number(size), 1);
      // A copy: the values belong to the booster.
      return new Float32Array(koffi.view(values[0], 4 * count)).slice();
    } finally {
      native.dispose();
    }
  }

  private require(code: number): void {
    requireXgboost(this.native, code);
  }
}

export interface XgboostTableInput {
  readonly x: Float32Array;
  readonly rows: number;
  readonly target: Float32Array | null;
  /** Weight per row; null: all are 1. */
  readonly weight: Float32Array | null;
}

export class XgboostTable implements Disposable {
  readonly handle: Handle;
  private readonly native: XgboostNative;

  constructor(native: XgboostNative, handle: Handle) {
    this.native = native;
    this.handle = handle;
  }

  [Symbol.dispose](): void {
    requireXgboost(this.native, this.native.matrixFree(this.handle));
  }
}

export class XgboostBooster implements Disposable {
  private readonly native: XgboostNative;
  private readonly handle: Handle;
  private readonly train: XgboostTable;
  private readonly validation: XgboostTable;

  constructor(native: XgboostNative, handle: Handle, train: XgboostTable, validation: XgboostTable) {
    this.native = native;
    this.handle = handle;
    this.train = train;
    this.validation = validation;
  }

  /** One more round: a tree per score. */
  update(): void {
    this.require(this.native.boosterUpdate(this.handle, this.rounds(), this.train.handle));
  }

  /** Rounds whose trees the model holds. */
  rounds(): number {
    const out: Out<number> = [0];
    this.require(this.native.boosterRounds(this.handle, out));
    return out[0];
  }

  /** The one metric of the params, on the validation table. */
  validationMetric(): number {
    const out: Out<string> = [''];
    this.require(this.native.boosterEval(this.handle, 0, [this.validation.handle], [VALIDATION], 1, out));
    // `[0]\tvalidation-mlogloss:1.0986122886681098`
    return Number(out[0].slice(out[0].lastIndexOf(':') + 1).replace('inf', 'Infinity'));
  }

  /**
   * The model of the first `rounds` rounds, as XGBoost's JSON.
   * @param featureNames named in it
   */
  modelText(rounds: number, featureNames: readonly string[]): string {
    const slice: Out<Handle> = [0n];
    this.require(this.native.boosterSlice(this.handle, 0, rounds, 1, slice));
    try {
      // A slice has none of its own.
      const names = [...featureNames];
      this.require(this.native.boosterSetNames(slice[0], 'feature_name', names, names.length));
      const [length, text]: [Out<number | bigint>, Out<Handle>] = [[0], [0n]];
      this.require(this.native.boosterSave(slice[0], '{"format": "json"}', length, text));
      return koffi.decode.string(text[0], length[0]);
    } finally {
      this.require(this.native.boosterFree(slice[0]));
    }
  }

  [Symbol.dispose](): void {
    this.require(this.native.boosterFree(this.handle));
  }

  private require(code: number): void {
    requireXgboost(this.native, code);
  }
}

/** NumPy's array interface: where a row-major table lies in memory. */
function arrayInterface(x: Float32Array, rows: number): string {
  return JSON.stringify({
    data: [Number(koffi.address(x)), true],
    shape: [rows, x.length / rows],
    strides: null,
    typestr: '<f4',
    version: 3,
  });
}
