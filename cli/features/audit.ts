import { extname } from 'node:path';
import type { Command } from 'commander';
import { offThread } from '../../activities/off-thread.ts';
import { readCandleFile } from '../../candles/import/index.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import { parseSeriesId, type Series, seriesId } from '../../contracts/series.ts';
import { DEFAULT_AUDIT } from '../../features/audit/audit.ts';
import { withMadeUpColumns } from '../../features/audit/made-up-columns.ts';
import { type AuditReport, describeFinding } from '../../features/audit/report.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import type { FeatureDefinition } from '../../features/definition.ts';
import { schemaHash } from '../../features/schema.ts';
import { integer } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { barsOf } from './bars.ts';
import { ownFiles, selectFeatures } from './selection.ts';

interface AuditOptions {
  readonly series?: string;
  readonly cuts: number;
  readonly seed: number;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('[what]', 'a set, or a file with features of your own (default: all built-in features)')
    .option('--series <series>', 'bars to audit on, e.g. coinbase:BTCUSD/1h (default: the bundled sample)')
    .option(
      '--cuts <n>',
      'random moments at which the future is taken away',
      integer(1, 1_000),
      DEFAULT_AUDIT.cuts,
    )
    .option(
      '--seed <n>',
      'what the random moments are drawn from',
      integer(0, 2 ** 32 - 1),
      DEFAULT_AUDIT.seed,
    )
    .addHelpText(
      'after',
      '\nEvery row is also computed bar by bar and compared bit for bit. Exit 0: nothing found; 1: findings.\n\nExample:\n  alphaloom features audit features/example.ts --series coinbase:BTCUSD/1h\n',
    )
    .action((what, options) => audit(context, what, options));
}

async function audit(context: CliContext, what: string | undefined, options: AuditOptions): Promise<void> {
  const { output } = context;
  const definitions = await featuresOf(context, what);
  const { series, bars: own } = await auditBars(context, options.series);
  const { bars, madeUp } = withMadeUpColumns(own, definitions, options.seed);
  output.say(`Auditing ${definitions.length} features on ${seriesId(series)}`);
  const names = definitions.map(({ name }) => name);
  const { cuts, seed } = options;
  // In a thread: a formula that never ends leaves Ctrl-C to be heard, and one that ends the process is no clean audit.
  const work = [bars, series.timeframe, filesOf(context, what), names, schemaHash(definitions)] as const;
  const unending = new AbortController().signal;
  const report = await offThread('auditNamedFeatures', [...work, { cuts, seed }], unending);
  output.result({ series: seriesId(series), madeUp, ...report }, () => render(report));
  if (report.findings.length > 0) context.endWith(1);
}

const MODULES = ['.ts', '.mts', '.js', '.mjs'];

async function featuresOf(
  context: CliContext,
  what: string | undefined,
): Promise<readonly FeatureDefinition[]> {
  if (what === undefined) return CATALOG.definitions;
  const selection = isFile(what) ? { files: [what] } : { set: what };
  return (await selectFeatures(context, await context.loadConfig(), selection)).definitions;
}

function filesOf(context: CliContext, what: string | undefined): string[] {
  return what !== undefined && isFile(what) ? ownFiles(context, [what]) : [];
}

function isFile(what: string): boolean {
  return MODULES.includes(extname(what)) || what.includes('/');
}

async function auditBars(
  context: CliContext,
  text: string | undefined,
): Promise<{ series: Series; bars: MarketBars }> {
  if (text === undefined) return { series: SAMPLE.series, bars: await readCandleFile(SAMPLE.path) };
  return await withRooms(context, async ({ candles }, { config }) => {
    const series = parseSeriesId(text, config.defaultVenue);
    return { series, bars: await barsOf(candles, series, undefined) };
  });
}

function render({ features, bars, cuts, seed, findings }: AuditReport): string {
  const looked = `${features.length} features on ${bars} bars, each bar by bar and at ${cuts} cuts (seed ${seed})`;
  if (findings.length === 0) return `No feature sees the future: ${looked}.`;
  return [...findings.map(describeFinding), '', `${findings.length} found: ${looked}.`].join('\n');
}
