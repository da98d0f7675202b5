import { type LightgbmNative, loadLightgbm, requireLightgbm } from './lightgbm-native.ts';
import type { Handle, Out } from './native-library.ts';

/** The release whose trees the tests compare with; its wheel on PyPI carries the library. */
export const LIGHTGBM_VERSION = '4.7.0';

/** LightGBM's parameters by LightGBM's names. */
export type LightgbmParams = Readonly<Record<string, string | number | boolean>>;

const FLOAT32 = 0;
const ROW_MAJOR = 1;
const ALL_ROUNDS = -1;
const GAIN = 1;
const RAW_SCORES = 1;

/** Makes LightGBM's tables and boosters. What it makes must be disposed of; its calls belong in a worker thread. */
export class LightgbmLibrary {
  private readonly native: LightgbmNative;

  /** @throws AlphaloomError NATIVE_LIBRARY_MISSING */
  constructor(path: string) {
    this.native = loadLightgbm(path);
  }

  /**
   * A binned table from `[rows, columns]` row-major float32 values, NaN for missing.
   * @param reference the training table, whose bins a validation table must share
   */
  dataset(table: TableInput, params: LightgbmParams, reference: LightgbmDataset | null): LightgbmDataset {
    const { x, label, weight, featureNames } = table;
    const { native } = this;
    const rows = label.length;
    const columns = featureNames.length;
    const out: Out<Handle> = [0n];
    const bins = reference?.handle ?? null;
    requireLightgbm(
      native,
      native.datasetCreate(x, FLOAT32, rows, columns, ROW_MAJOR, paramsText(params), bins, out),
    );
    const dataset = new LightgbmDataset(native, out[0]);
    try {
      requireLightgbm(native, native.datasetSetFeatureNames(dataset.handle, [...featureNames], columns));
      requireLightgbm(native, native.datasetSetField(dataset.handle, 'label', label, rows, FLOAT32));
      if (weight)
        requireLightgbm(native, native.datasetSetField(dataset.handle, 'weight', weight, rows, FLOAT32));
      return dataset;
    } catch (error) {
      dataset[Symbol.dispose]();
      throw error;
    }
  }

  booster(train: LightgbmDataset, params: LightgbmParams): LightgbmBooster {
    const out: Out<Handle> = [0n];
    requireLightgbm(this.native, this.native.boosterCreate(train.handle, paramsText(params), out));
    return new LightgbmBooster(this.native, out[0]);
  }

  boosterFromText(modelText: string): LightgbmBooster {
    const out: Out<Handle> = [0n];
    requireLightgbm(this.native, this.native.boosterLoad(modelText, [0], out));
    return new LightgbmBooster(this.native, out[0]);
  }
}

export interface TableInput {
  readonly x: Float32Array;
  /** Class per row. */
  readonly label: Float32Array;
  /** Weight per row; null: all are 1. */
  readonly weight: Float32Array | null;
  readonly featureNames: readonly string[];
}

export class LightgbmDataset implements Disposable {
  readonly handle: Handle;
  private readonly native: LightgbmNative;

  constructor(native: LightgbmNative, handle: Handle) {
    this.native = native;
    this.handle = handle;
  }

  [Symbol.dispose](): void {
    requireLightgbm(this.native, this.native.datasetFree(this.handle));
  }
}

export class LightgbmBooster implements Disposable {
  private readonly native: LightgbmNative;
  private readonly handle: Handle;

  constructor(native: LightgbmNative, handle: Handle) {
    this.native = native;
    this.handle = handle;
  }

  addValidation(dataset: LightgbmDataset): void {
    this.require(this.native.boosterAddValidation(this.handle, dataset.handle));
  }

  /** One round: a tree per class. Where nothing can be split any more, it adds none. */
  update(): void {
    this.require(this.native.boosterUpdate(this.handle, [0]));
  }

  /** Rounds whose trees the model holds. */
  rounds(): number {
    const out: Out<number> = [0];
    this.require(this.native.boosterRounds(this.handle, out));
    return out[0];
  }

  /** The one metric of the params, on the first validation table. */
  validationMetric(): number {
    const values = new Float64Array(1);
    const firstValidation = 1;
    this.require(this.native.boosterEval(this.handle, firstValidation, [0], values));
    return values[0];
  }

  /** The model of the first `rounds` rounds. */
  modelText(rounds: number): string {
    const length: Out<number | bigint> = [0];
    const save = (buffer: Buffer): void =>
      this.require(this.native.boosterSave(this.handle, 0, rounds, 0, buffer.length, length, buffer));
    save(Buffer.alloc(0));
    const buffer = Buffer.alloc(Number(length[0]));
    save(buffer);
    // The length counts C's closing zero.
    return buffer.toString('utf8', 0, buffer.length - 1);
  }

  /** Sum of split gains per feature over the first `rounds` rounds. */
  gains(features: number, rounds: number): Float64Array {
    const values = new Float64Array(features);
    this.require(this.native.boosterImportance(this.handle, rounds, GAIN, values));
    return values;
  }

  /** Raw scores `[rows, outputs]` for row-major float32 `x`; with one thread. */
  scores(x: Float32Array, rows: number, outputs: number): Float64Array {
    const values = new Float64Array(rows * outputs);
    const columns = x.length / rows;
    this.require(
      this.native.boosterPredict(
        this.handle,
        x,
        FLOAT32,
        rows,
        columns,
        ROW_MAJOR,
        RAW_SCORES,
        0,
        ALL_ROUNDS,
        paramsText({ num_threads: 1, verbosity: -1 }),
        [0],
        values,
      ),
    );
    return values;
  }

  [Symbol.dispose](): void {
    this.require(this.native.boosterFree(this.handle));
  }

  private require(code: number): void {
    requireLightgbm(this.native, code);
  }
}

/** `key=value` in a fixed order, so that the model's text does not depend on the order of writing. */
function paramsText(params: LightgbmParams): string {
  return Object.keys(params)
    .sort()
    .map(key => `${key}=${params[key]}`)
    .join(' ');
}
