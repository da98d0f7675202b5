import { isDeepStrictEqual } from 'node:util';
import type { Estimate, Evidence } from '../contracts/evidence.ts';
import type { PackageMeta } from '../contracts/package.ts';
import { basisPoints, decimals, percent, utc } from '../contracts/wording.ts';

/** A version as it is compared with others of its series. */
export interface DescribedVersion {
  readonly version: number;
  readonly meta: PackageMeta;
  readonly evidence: Evidence;
  readonly eligible: boolean;
  readonly tradable: boolean;
  /** Epoch ms. */
  readonly registeredAt: number;
  readonly trainedThroughTime: number;
}

/** A line of the comparison: what it is, and each version's value; `differs` unless all are the same. */
export interface DifferenceRow {
  readonly section: 'version' | 'recipe' | 'data' | 'features' | 'test block' | 'gate' | 'backtest';
  readonly what: string;
  readonly values: readonly (string | null)[];
  readonly differs: boolean;
}

/** Versions side by side: what they were made of, and what was found of them. Of the recipes only what differs. */
export function compareVersions(versions: readonly DescribedVersion[]): DifferenceRow[] {
  const row =
    (section: DifferenceRow['section']) =>
    ([what, read]: Line): DifferenceRow => {
      const values = versions.map(read);
      return { section, what, values, differs: values.some(value => value !== values[0]) };
    };
  return [
    ...VERSION.map(row('version')),
    ...recipePaths(versions).map(path => row('recipe')([path, ({ meta }) => valueAt(meta.recipe, path)])),
    ...DATA.map(row('data')),
    ...featureLines(versions).map(row('features')),
    ...TEST_BLOCK.map(row('test block')),
    ...ruleNames(versions).map(name => row('gate')([name, version => outcomeOf(version, name)])),
    ...BACKTEST.map(row('backtest')),
  ];
}

/** Whether the figures of all rest on the same bars; others are not to be set against each other. */
export function haveSameTestBlock(versions: readonly DescribedVersion[]): boolean {
  const blockOf = ({ evidence: { testBlock }, meta }: DescribedVersion) => [testBlock, meta.recipe.labels];
  return versions.every(version => isDeepStrictEqual(blockOf(version), blockOf(versions[0]!)));
}

type Line = readonly [what: string, read: (version: DescribedVersion) => string | null];

const VERSION: readonly Line[] = [
  ['registered', ({ registeredAt }) => utc(registeredAt)],
  ['origin', ({ meta }) => (meta.imported ? `imported ${meta.imported.file}` : 'trained')],
  ['estimator', ({ meta }) => meta.recipe.train.estimator],
  ['gate', ({ eligible }) => (eligible ? 'passed' : 'failed')],
  ['tradable', ({ tradable }) => (tradable ? 'yes' : 'no')],
  ['package', ({ meta }) => meta.packageId.slice(0, 12)],
  ['model bytes', ({ meta }) => String(meta.model.bytes)],
];

const DATA: readonly Line[] = [
  ['first bar', ({ meta }) => utc(meta.dataset.firstTime)],
  ['last bar', ({ meta }) => utc(meta.dataset.lastTime)],
  ['trained through', ({ trainedThroughTime }) => utc(trainedThroughTime)],
  ['training rows', ({ meta }) => String(meta.dataset.blocks.train.rows)],
  ['validation rows', ({ meta }) => String(meta.dataset.blocks.validation.rows)],
];

const TEST_BLOCK: readonly Line[] = [
  ['from', ({ evidence }) => utc(evidence.testBlock.fromTime)],
  ['to', ({ evidence }) => utc(evidence.testBlock.toTime)],
  ['rows', ({ evidence }) => String(evidence.testBlock.rows)],
  ['MCC', ({ evidence }) => within(evidence.intervals.mcc)],
  ['directional AUC', ({ evidence }) => within(evidence.intervals.directionalAuc)],
  ['balanced accuracy', ({ evidence }) => within(evidence.intervals.balancedAccuracy)],
  ['accuracy', ({ evidence }) => within(evidence.intervals.accuracy)],
  ['majority class', ({ evidence }) => decimals(evidence.baseline.accuracy)],
  ['macro F1', ({ evidence }) => within(evidence.intervals.macroF1)],
  ['log loss', ({ evidence }) => within(evidence.intervals.logLoss)],
  ['Brier score', ({ evidence }) => within(evidence.intervals.brier)],
];

const BACKTEST: readonly Line[] = [
  ['trades', ({ evidence }) => String(evidence.backtest.trades)],
  ['hit rate', ({ evidence }) => percent(evidence.backtest.hitRate)],
  ['net return per trade', ({ evidence }) => within(evidence.intervals.netReturnPerTrade, basisPoints)],
  ['total net return', ({ evidence }) => percent(evidence.backtest.totalNetReturn)],
  ['largest drawdown', ({ evidence }) => percent(evidence.backtest.maxDrawdown)],
  ['exposure', ({ evidence }) => percent(evidence.backtest.exposure)],
  ['cost per side', ({ evidence }) => `${evidence.backtest.costsPerSideBps} bp`],
];

/** Paths of the values that are not the same in all recipes. */
function recipePaths(versions: readonly DescribedVersion[]): string[] {
  const paths = new Set(versions.flatMap(({ meta }) => leafPaths(meta.recipe)));
  return [...paths].filter(path => {
    const values = versions.map(({ meta }) => valueAt(meta.recipe, path));
    return values.some(value => value !== values[0]);
  });
}

function leafPaths(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leafPaths(inner, path === '' ? key : `${path}.${key}`),
  );
}

function valueAt(document: unknown, path: string): string | null {
  let at: unknown = document;
  for (const key of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[key];
  if (at === undefined) return null;
  return typeof at === 'string' ? at : JSON.stringify(at);
}

function featureLines(versions: readonly DescribedVersion[]): Line[] {
  const inAll = versions
    .map(({ meta }) => new Set(meta.featureNames))
    .reduce((common, names) => common.intersection(names));
  return [
    ['features', ({ meta }) => String(meta.featureNames.length)],
    ['not in all', ({ meta }) => meta.featureNames.filter(name => !inAll.has(name)).join(', ') || null],
    ['weighs most', ({ evidence }) => evidence.importance[0]?.feature ?? null],
  ];
}

function ruleNames(versions: readonly DescribedVersion[]): string[] {
  return [...new Set(versions.flatMap(({ evidence }) => evidence.rules.map(({ rule }) => rule)))];
}

function outcomeOf({ evidence }: DescribedVersion, name: string): string | null {
  const found = evidence.rules.find(({ rule }) => rule === name);
  return found ? `${found.outcome}${found.required ? '' : ' (reported)'}` : null;
}

function within({ value, low, high }: Estimate, format: (value: number | null) => string = decimals): string {
  return low === null ? format(value) : `${format(value)} [${format(low)}, ${format(high)}]`;
}
