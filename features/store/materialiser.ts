import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { FeatureDefinition } from '../definition.ts';
import { FeatureEngine } from '../engine.ts';
import { schemaHash } from '../schema.ts';
import { type FeatureRows, namesOf, sliceRows } from './feature-rows.ts';
import type { FeatureStore } from './feature-store.ts';
import type { FeatureEntry, FeatureKey, StoredFeatures } from './manifest.ts';

/** Where bars come from; `from` is an open time, included. */
export interface BarSource {
  describe(series: Series): Promise<BarSummary>;
  read(series: Series, range: { readonly from: number }): Promise<MarketBars>;
}

export interface BarSummary {
  /** Of a series that was dropped and made again it is another. */
  readonly identity: number;
  readonly anchorTime: number;
  readonly bars: number;
}

/** What became of one series: rows that are new, and the bar that the newest row is of. */
export type MaterialiseOutcome =
  | { readonly series: Series; readonly ok: true; readonly rows: number; readonly lastTime: number }
  | { readonly series: Series; readonly ok: false; readonly error: AlphaloomError };

/** Keeps stored features of many series up to date with their bars. */
export interface Materialiser {
  /** Computes what is missing and stores it, in one transaction for all series that only gained bars. */
  materialise(
    wanted: readonly Series[],
    definitions: readonly FeatureDefinition[],
  ): Promise<MaterialiseOutcome[]>;
  /** Computes everything anew and puts it in place of what is stored. */
  rebuild(
    wanted: readonly Series[],
    definitions: readonly FeatureDefinition[],
  ): Promise<MaterialiseOutcome[]>;
}

/** Formulas under way for one series. */
interface Following {
  readonly engine: FeatureEngine;
  readonly identity: number;
  readonly anchorTime: number;
  storedBars: number;
  lastTime: number;
}

/** A step of one series: rows to add, or to put in place of all. */
interface Step {
  readonly entry: FeatureEntry;
  readonly isWhole: boolean;
  readonly following: Following;
}

/**
 * The first time a series is asked for, its whole history is computed; from then on each new bar costs only itself. Bars
 * that are filled in further back change what recursive formulas remember: then all rows are computed anew.
 */
export function createMaterialiser(source: BarSource, store: FeatureStore): Materialiser {
  const followed = new Map<string, Following>();

  const nextStep: NextStep = async (key, definitions) => {
    const id = `${seriesId(key.series)} ${key.schemaHash}`;
    const known = followed.get(id);
    const summary = await source.describe(key.series);
    followed.delete(id);
    const next = known && (await following(source, key, definitions, known, summary));
    if (next) return next;
    const step = await fromAnchor(source, key, definitions, summary);
    return continuing(step, await store.describe(key), await store.read(key));
  };
  const wholeStep: NextStep = async (key, definitions) =>
    await fromAnchor(source, key, definitions, await source.describe(key.series));

  const run = async (
    wanted: readonly Series[],
    definitions: readonly FeatureDefinition[],
    step: NextStep,
  ): Promise<MaterialiseOutcome[]> => {
    const hash = schemaHash(definitions);
    const names = namesOf(definitions);
    const results: (Step | AlphaloomError)[] = [];
    for (const series of wanted)
      results.push(await orError(() => step({ series, schemaHash: hash, names }, definitions)));
    const steps = results.flatMap(result => (result instanceof AlphaloomError ? [] : [result]));
    for (const { entry } of steps.filter(({ isWhole }) => isWhole)) await store.replace(entry);
    await store.append(steps.filter(({ isWhole }) => !isWhole).map(({ entry }) => entry));
    for (const { entry, following } of steps) followed.set(`${seriesId(entry.series)} ${hash}`, following);
    return results.map((result, index) => {
      if (result instanceof AlphaloomError) return { series: wanted[index], ok: false, error: result };
      const { entry, following } = result;
      return {
        series: wanted[index],
        ok: true,
        rows: entry.rows.openTime.length,
        lastTime: following.lastTime,
      };
    });
  };

  return {
    materialise: (wanted, definitions) => run(wanted, definitions, nextStep),
    rebuild: (wanted, definitions) => run(wanted, definitions, wholeStep),
  };
}

type NextStep = (key: FeatureKey, definitions: readonly FeatureDefinition[]) => Promise<Step>;

async function orError<T>(work: () => Promise<T>): Promise<T | AlphaloomError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AlphaloomError) return error;
    throw error;
  }
}

/** The rows of bars that came since; null where they do not continue the ones before. */
async function following(
  source: BarSource,
  key: FeatureKey,
  definitions: readonly FeatureDefinition[],
  known: Following,
  { identity, anchorTime, bars: storedBars }: BarSummary,
): Promise<Step | null> {
  if (identity !== known.identity) return null;
  const bars = await source.read(key.series, { from: known.lastTime });
  const isSame = anchorTime === known.anchorTime && bars.openTime[0] === known.lastTime;
  if (!isSame || storedBars - known.storedBars !== bars.openTime.length - 1) return null;
  const rows = compute(known.engine, definitions, sliceBars(bars, 1, bars.openTime.length));
  const lastTime = bars.openTime[bars.openTime.length - 1];
  return {
    entry: { ...key, anchorTime, rows },
    isWhole: false,
    following: { ...known, storedBars, lastTime },
  };
}

/** All rows of the history. */
async function fromAnchor(
  source: BarSource,
  key: FeatureKey,
  definitions: readonly FeatureDefinition[],
  { identity, anchorTime, bars: storedBars }: BarSummary,
): Promise<Step> {
  const bars = await source.read(key.series, { from: anchorTime });
  const engine = new FeatureEngine(definitions, TIMEFRAME_MS[key.series.timeframe]);
  const rows = compute(engine, definitions, bars);
  const lastTime = bars.openTime[bars.openTime.length - 1];
  return {
    entry: { ...key, anchorTime, rows },
    isWhole: true,
    following: { engine, identity, anchorTime, storedBars, lastTime },
  };
}

/** Only the rows after the stored ones, where those are what the bars give today: a series may have been made again. */
function continuing(step: Step, stored: StoredFeatures | null, storedRows: FeatureRows | null): Step {
  const { entry } = step;
  const isSame =
    stored !== null &&
    storedRows !== null &&
    stored.anchorTime === entry.anchorTime &&
    beginsWith(entry.rows, storedRows);
  if (!isSame) return step;
  const { openTime } = entry.rows;
  return {
    ...step,
    isWhole: false,
    entry: { ...entry, rows: sliceRows(entry.rows, storedRows.openTime.length, openTime.length) },
  };
}

/** Whether `first` is bit for bit the beginning of `rows`. */
function beginsWith(rows: FeatureRows, first: FeatureRows): boolean {
  const bars = first.openTime.length;
  if (bars > rows.openTime.length) return false;
  const isBeginning = (given: ArrayLike<number> | undefined, whole: ArrayLike<number>) => {
    if (given === undefined) return false;
    for (let row = 0; row < bars; row++) if (!Object.is(given[row], whole[row])) return false;
    return true;
  };
  if (!isBeginning(first.openTime, rows.openTime)) return false;
  return [...rows.columns].every(([name, column]) => isBeginning(first.columns.get(name), column));
}

function compute(
  engine: FeatureEngine,
  definitions: readonly FeatureDefinition[],
  bars: MarketBars,
): FeatureRows {
  const columns = definitions.map(() => new Float32Array(bars.openTime.length));
  engine.advance(bars, columns, 0);
  return { openTime: bars.openTime, columns: new Map(definitions.map(({ name }, f) => [name, columns[f]])) };
}
