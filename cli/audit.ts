import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Decide } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { parseSeries, type Series, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import { auditLookAhead, DEFAULT_LOOK_AHEAD } from '../evaluation/look-ahead/audit-look-ahead.ts';
import type { ChainSpec } from '../evaluation/look-ahead/chain.ts';
import type { History } from '../evaluation/look-ahead/futures.ts';
import {
  CHAIN_PARTS,
  describeLookAhead,
  faultOf,
  type LookAheadFinding,
  type LookAheadReport,
} from '../evaluation/look-ahead/report.ts';
import { tradingRulesOf } from '../evaluation/version-backtest/trading-rules.ts';
import { leaderReachMs } from '../features/leader.ts';
import { leaderSeries } from '../features/leader-bars.ts';
import { loadCatalog } from '../features/own-features.ts';
import { resolveFeatures } from '../features/sets.ts';
import type { OpenRooms } from '../host/compose.ts';
import type { LoadedConfig } from '../host/config.ts';
import { DEFAULT_POLICY, loadPolicy } from '../host/policies.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../host/recipes.ts';
import type { ModelInputs } from '../inference/answer-bars.ts';
import { loadServingModel, type ServingModel } from '../inference/serving-model.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { decide } from '../strategy/decide.ts';
import { loadOwnStrategy } from '../strategy/own/own-strategy.ts';
import { integer } from './arguments.ts';
import type { CliContext } from './context.ts';
import { parseVersion, wayOut } from './models/version-argument.ts';
import { withRooms } from './rooms.ts';
import { renderTable } from './table.ts';

interface AuditOptions {
  readonly version?: number | 'champion' | 'none';
  readonly recipe?: string;
  readonly policy: string;
  readonly strategy?: string;
  readonly cuts: number;
  readonly seed: number;
  readonly bars: number;
}

const INITIAL_CASH = 10_000;

export function register(command: Command, context: CliContext): void {
  const { cuts, seed, askedBars } = DEFAULT_LOOK_AHEAD;
  command
    .argument('<symbol>', 'BTCUSD; with a venue: coinbase:BTCUSD')
    .argument('<timeframe>', '1h')
    .option('--version <version>', 'v7, champion (the default), or none (with --strategy)', chosenVersion)
    .option(
      '--recipe <name>',
      'in place of a version: a recipe’s features, before anything is trained on them',
    )
    .option('--policy <policy>', 'name or file of the policy that is traded by', DEFAULT_POLICY)
    .option('--strategy <file>', 'a file with a decide of your own')
    .option('--cuts <n>', 'random moments at which the future is taken away', integer(1, 1_000), cuts)
    .option('--seed <n>', 'what moments and other futures are drawn from', integer(0, 2 ** 32 - 1), seed)
    .option(
      '--bars <n>',
      'answers and decisions of the last so many bars are compared',
      integer(3, 10_000_000),
      askedBars,
    )
    .addHelpText(
      'after',
      '\nRuns features, model and strategy again on bars that end at a random moment, and on bars whose future has other prices: all that was said before must stay, bit for bit. Exit 0: it does; 1: something looks ahead.\n\nExample:\n  alphaloom audit BTCUSD 1h --version v7 --cuts 50\n  alphaloom audit BTCUSD 1h --recipe recipes/mine.yaml\n',
    )
    .action((symbol, timeframe, options: AuditOptions) =>
      withRooms(context, async (rooms, loaded) => {
        const series = parseSeries(symbol, timeframe, loaded.config.defaultVenue);
        const policy = await loadPolicy(loaded, options.policy);
        const own = options.strategy && (await loadOwnStrategy(resolve(context.cwd, options.strategy)));
        const startDecide = own ? () => own.anew() : async () => decide;
        const subject = await subjectOf(rooms, loaded, series, options);
        await audit(context, rooms, subject, { series, policy, startDecide, options }).finally(() =>
          subject.model?.session.dispose(),
        );
      }),
    );
}

interface Audited {
  readonly series: Series;
  readonly policy: Policy;
  readonly startDecide: () => Promise<Decide>;
  readonly options: AuditOptions;
}

/** A version, a recipe that need not have one, or a strategy alone, whose labels and costs are the default recipe's. */
interface Subject {
  /** `v7`, or `recipe mine`. */
  readonly name: string;
  readonly version: number | null;
  readonly recipe: Recipe;
  readonly model: ServingModel | null;
  /** Null: nothing is computed but what the strategy is shown. */
  readonly inputs: ModelInputs | null;
}

/** @throws AlphaloomError USAGE, VERSION_NOT_FOUND, CHAMPION_NONE, RECIPE_NOT_FOUND and what is wrong with a recipe */
async function subjectOf(
  rooms: OpenRooms,
  loaded: LoadedConfig,
  series: Series,
  { recipe: recipeName, version: asked, strategy }: AuditOptions,
): Promise<Subject> {
  if (recipeName === undefined && asked === 'none') {
    if (strategy === undefined) throw nothingDecides();
    const recipe = await loadConfiguredRecipe(loaded, DEFAULT_RECIPE);
    return { name: strategy, version: null, recipe, model: null, inputs: null };
  }
  if (recipeName === undefined) {
    const record = await versionOf(
      rooms,
      series,
      asked === undefined || asked === 'none' ? 'champion' : asked,
    );
    const model = await loadServingModel(rooms.artifacts, record);
    const { version } = record;
    return { name: `v${version}`, version, recipe: model.meta.recipe, model, inputs: model };
  }
  if (asked !== undefined)
    throw new AlphaloomError('USAGE', 'Either --version or --recipe is audited; name one of them.');
  const recipe = await loadConfiguredRecipe(loaded, recipeName);
  const features = resolveFeatures(recipe.features, await loadCatalog(recipe.features.files));
  const featureNames = features.map(({ name }) => name);
  const inputs = { features, meta: { featureNames, steps: 1, series, recipe } };
  return { name: `recipe ${recipe.name}`, version: null, recipe, model: null, inputs };
}

async function audit(
  context: CliContext,
  { candles }: OpenRooms,
  subject: Subject,
  { series, policy, startDecide, options }: Audited,
): Promise<void> {
  const { name, version, recipe, model, inputs } = subject;
  const { kind, market, anchorTime } = await candles.describe(series);
  const history = await historyOf(candles, series, anchorTime, recipe.features.leader);
  const { cuts, seed, bars: askedBars } = options;
  const label = `${name} of ${seriesId(series)}`;
  context.output.say(`Auditing ${label} on ${history.bars.close.length} bars`);
  const progress = context.output.progress('audit');
  const onProgress = (done: number, all: number) => progress.update(done / all, `${done} of ${all} cuts`);
  const spec: ChainSpec = {
    model,
    ...(inputs && { inputs }),
    symbol: series.symbol,
    kind,
    labels: recipe.labels,
    rules: market && tradingRulesOf(market),
    barMs: TIMEFRAME_MS[series.timeframe],
    policy,
    costs: recipe.costs,
    initialCash: INITIAL_CASH,
    startDecide,
  };
  const report = await auditLookAhead(spec, history, { cuts, seed, askedBars, onProgress }).finally(() =>
    progress.stop(),
  );
  const fault = faultOf(report);
  context.output.result(
    { series: seriesId(series), version, recipe: recipe.name, policy: policy.name, fault, ...report },
    () => render(report, label),
  );
  if (fault !== null) context.endWith(1);
}

function chosenVersion(text: string): AuditOptions['version'] {
  return text === 'champion' || text === 'none' ? text : parseVersion(text);
}

function nothingDecides(): AlphaloomError {
  return new AlphaloomError(
    'USAGE',
    'Without a model only a strategy of your own decides: --version none needs --strategy FILE.',
  );
}

/** @throws AlphaloomError VERSION_NOT_FOUND, CHAMPION_NONE */
async function versionOf(
  { registry }: OpenRooms,
  series: Series,
  asked: number | 'champion',
): Promise<VersionRecord> {
  const id = seriesId(series);
  const version = asked === 'champion' ? await registry.champion(id) : await registry.get(id, asked);
  if (version !== null) return version;
  throw new AlphaloomError(
    'CHAMPION_NONE',
    `${id} has no champion to audit; ${await wayOut(registry, series)} A recipe that is not trained yet: --recipe mine.`,
    { series: id },
  );
}

async function historyOf(
  candles: OpenRooms['candles'],
  series: Series,
  anchorTime: number,
  leaderName: string | undefined,
): Promise<History> {
  const barMs = TIMEFRAME_MS[series.timeframe];
  const bars = await candles.read(series, { from: anchorTime });
  if (leaderName === undefined) return { bars, leader: null, barMs };
  const from = anchorTime - leaderReachMs(barMs);
  return { bars, leader: await candles.read(leaderSeries(series, leaderName), { from }), barMs };
}

function render(report: LookAheadReport, label: string): string {
  const { askedBars, cuts, seed, compared, findings } = report;
  const rows = [
    { part: 'features', values: compared.features, parts: CHAIN_PARTS.slice(0, 1) },
    { part: 'answers', values: compared.answers, parts: CHAIN_PARTS.slice(1, 4) },
    { part: 'decisions', values: compared.decisions, parts: CHAIN_PARTS.slice(4) },
  ];
  const foundIn = (parts: readonly LookAheadFinding['part'][]) =>
    findings.filter(finding => parts.includes(finding.part)).length;
  const table = renderTable(rows, [
    { title: 'part', cell: row => row.part },
    { title: 'values compared', align: 'right', cell: row => row.values.toLocaleString('en') },
    { title: 'looks ahead', cell: row => (foundIn(row.parts) === 0 ? 'no' : 'YES') },
  ]);
  const looked = `${label}: the last ${askedBars} bars, ${cuts} cuts (seed ${seed}), each cut off and with other prices after it`;
  const fault = faultOf(report);
  if (fault === null) return `${table}\n\nNothing looks ahead. ${looked}.`;
  return [table, '', ...findings.map(describeLookAhead), '', `${fault}. ${looked}.`].join('\n');
}
