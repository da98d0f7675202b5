import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Decide } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type MarketKind, parseSeries, type Series, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
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
import { leaderReachMs } from '../features/leader.ts';
import { leaderSeries } from '../features/leader-bars.ts';
import type { OpenRooms } from '../host/compose.ts';
import { DEFAULT_POLICY, loadPolicy } from '../host/policies.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../host/recipes.ts';
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
  readonly version: number | 'champion' | 'none';
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
    .option('--version <version>', 'v7, champion, or none (with --strategy)', chosenVersion, 'champion')
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
      '\nRuns features, model and strategy again on bars that end at a random moment, and on bars whose future has other prices: all that was said before must stay, bit for bit. Exit 0: it does; 1: something looks ahead.\n\nExample:\n  alphaloom audit BTCUSD 1h --version v7 --cuts 50\n',
    )
    .action((symbol, timeframe, options: AuditOptions) =>
      withRooms(context, async (rooms, loaded) => {
        const series = parseSeries(symbol, timeframe, loaded.config.defaultVenue);
        if (options.version === 'none' && options.strategy === undefined) throw nothingDecides();
        const version = options.version === 'none' ? null : await versionOf(rooms, series, options.version);
        const policy = await loadPolicy(loaded, options.policy);
        const own = options.strategy && (await loadOwnStrategy(resolve(context.cwd, options.strategy)));
        const startDecide = own ? () => own.anew() : async () => decide;
        const recipe = await loadConfiguredRecipe(loaded, DEFAULT_RECIPE);
        await audit(context, rooms, version, { series, policy, startDecide, options, recipe });
      }),
    );
}

interface Audited {
  readonly series: Series;
  readonly policy: Policy;
  readonly startDecide: () => Promise<Decide>;
  readonly options: AuditOptions;
  /** Whose labels and costs are taken where no model is asked. */
  readonly recipe: Recipe;
}

async function audit(
  context: CliContext,
  rooms: OpenRooms,
  version: VersionRecord | null,
  audited: Audited,
): Promise<void> {
  const { series, policy, options } = audited;
  const model = version && (await loadServingModel(rooms.artifacts, version));
  try {
    const history = await historyOf(rooms, series, model);
    const { cuts, seed, bars: askedBars } = options;
    const label = `${version ? `v${version.version}` : options.strategy} of ${seriesId(series)}`;
    context.output.say(`Auditing ${label} on ${history.bars.close.length} bars`);
    const progress = context.output.progress('audit');
    const onProgress = (done: number, all: number) => progress.update(done / all, `${done} of ${all} cuts`);
    const spec = chainOf(model, audited, (await rooms.candles.describe(series)).kind);
    const report = await auditLookAhead(spec, history, { cuts, seed, askedBars, onProgress }).finally(() =>
      progress.stop(),
    );
    const fault = faultOf(report);
    context.output.result(
      { series: seriesId(series), version: version?.version ?? null, policy: policy.name, fault, ...report },
      () => render(report, label),
    );
    if (fault !== null) context.endWith(1);
  } finally {
    await model?.session.dispose();
  }
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
    `${id} has no champion to audit; ${await wayOut(registry, series)}`,
    { series: id },
  );
}

async function historyOf(
  { candles }: OpenRooms,
  series: Series,
  model: ServingModel | null,
): Promise<History> {
  const barMs = TIMEFRAME_MS[series.timeframe];
  const { anchorTime } = await candles.describe(series);
  const bars = await candles.read(series, { from: anchorTime });
  const name = model?.meta.recipe.features.leader;
  if (name === undefined) return { bars, leader: null, barMs };
  const leader = await candles.read(leaderSeries(series, name), { from: anchorTime - leaderReachMs(barMs) });
  return { bars, leader, barMs };
}

function chainOf(
  model: ServingModel | null,
  { series, policy, startDecide, recipe }: Audited,
  kind: MarketKind,
): ChainSpec {
  const { labels, costs } = model?.meta.recipe ?? recipe;
  return {
    model,
    symbol: series.symbol,
    kind: model?.meta.marketKind ?? kind,
    labels,
    rules: null,
    policy,
    costs,
    initialCash: INITIAL_CASH,
    startDecide,
  };
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
