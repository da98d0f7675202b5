import { join } from 'node:path';
import type { Command } from 'commander';
import type { Evidence } from '../contracts/evidence.ts';
import { withoutSearch } from '../contracts/search.ts';
import { seriesId } from '../contracts/series.ts';
import type { FleetRow, TrainFleetResult, TrainModelInput, TrainModelResult } from '../contracts/training.ts';
import { REPORT_FILES } from '../datasets/report-file.ts';
import { trainingConcurrency } from '../host/config.ts';
import { trainingWorkflowId } from '../host/orchestrator.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../host/recipes.ts';
import { requireWorkers } from '../host/worker-presence.ts';
import { readEvidence } from '../inference/package.ts';
import { cliActor } from './actor.ts';
import { integer } from './arguments.ts';
import type { CliContext } from './context.ts';
import { renderGate, renderOffer, renderSteps } from './evidence-text.ts';
import { type Connected, withTemporal } from './rooms.ts';
import { futureTime, parseAssignment, parseTime, readSeriesArguments } from './series-arguments.ts';
import { answerLeft, answerStarted } from './started-work.ts';
import { renderTable } from './table.ts';
import { requireSearch, trainBySearch } from './train-search.ts';
import { addTrainingFlags, asSettings, type TrainingFlags, trainingOverrides } from './training-flags.ts';
import { followWorkflow } from './workflow-progress.ts';

interface TrainOptions extends TrainingFlags {
  readonly recipe: string;
  readonly symbolsFile?: string;
  readonly timeframe?: string;
  readonly symbol?: string;
  readonly maxWorkers?: number;
  readonly set: Record<string, unknown>;
  readonly asOf?: number;
  readonly promote: boolean;
  readonly detach?: boolean;
  readonly search?: boolean;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('[symbols]', 'one or more, separated by commas: BTCUSD,ETHUSD; with a venue: coinbase:BTCUSD')
    .argument('[timeframes]', 'one or more, separated by commas: 1h,4h')
    .option('--symbol <symbols>', 'the symbols, as an option')
    .option('--timeframe <timeframes>', 'the timeframes, as an option (also --tf)')
    .option('--symbols-file <file>', 'a JSON array of symbols, or one per line')
    .option(
      '--max-workers <count>',
      'series trained, or trials scored, at once (default: the machine’s training slots)',
      integer(1, 1_000),
    )
    .option('--recipe <name>', 'a recipe’s name or the path of its YAML file', DEFAULT_RECIPE)
    .option('--set <path=value>', 'change a value of the recipe; may be repeated', parseAssignment, {})
    .option('--search', 'try the variations that the recipe’s section search names, and train the best')
    .option('--as-of <time>', 'use only bars that were closed by then', parseTime)
    .option('--no-promote', 'register the version without offering it for promotion')
    .option('--detach', 'start the work and return at once')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom train BTCUSD 1h\n  alphaloom train BTCUSDT,ETHUSDT 15m --recipe gbdt-core15 --set train.seed=2\n  alphaloom train BTCUSD 1h --recipe gbdt-search --search\n',
    )
    .action(async (symbols: string | undefined, timeframes: string | undefined, options: TrainOptions) => {
      // Wrong words are told before anything is connected.
      const inputs = await readInputs(context, symbols, timeframes, options);
      const searched = options.search ? await requireSearch(inputs) : null;
      await withTemporal(context, async connected => {
        await requireWorkers(connected.temporal, connected.homeId, ['registry', 'training']);
        const detach = options.detach === true;
        const maxWorkers = options.maxWorkers ?? trainingConcurrency(connected.loaded.config);
        if (searched) return await trainBySearch(context, connected, searched, maxWorkers, detach);
        if (inputs.length === 1) return await trainOne(context, connected, inputs[0], detach);
        return await trainMany(context, connected, inputs, maxWorkers, detach);
      });
    });
  addTrainingFlags(command);
}

async function readInputs(
  context: CliContext,
  symbols: string | undefined,
  timeframes: string | undefined,
  options: TrainOptions,
): Promise<TrainModelInput[]> {
  const loaded = await context.loadConfig();
  // `--symbols-file F 15m`: the only word is then the timeframe.
  const onlyTimeframe =
    options.symbolsFile !== undefined && timeframes === undefined && options.timeframe === undefined;
  const list = await readSeriesArguments(
    options.symbol ?? (onlyTimeframe ? undefined : symbols),
    options.timeframe ?? (onlyTimeframe ? symbols : timeframes),
    options.symbolsFile,
    loaded.config.defaultVenue,
  );
  refuseFuture(options.asOf, context.now());
  const overrides = { ...options.set, ...trainingOverrides(options) };
  const recipe = await loadConfiguredRecipe(loaded, options.recipe, overrides);
  const actor = cliActor(context.environment);
  return list.map(series => ({
    series,
    recipe: options.search ? recipe : withoutSearch(recipe),
    ...(!options.search && Object.keys(overrides).length > 0 && { changes: asSettings(overrides) }),
    asOfTime: options.asOf ?? null,
    offer: options.promote,
    actor,
  }));
}

/** The same training would see more bars tomorrow than today. */
export function refuseFuture(asOf: number | undefined, now: number): void {
  if (asOf === undefined || asOf <= now) return;
  throw futureTime('--as-of', asOf, now, 'Leave it out to use all closed bars.');
}

/** Starts a training, or joins it, follows it to its end and tells of it. */
export async function trainOne(
  context: CliContext,
  connected: Connected,
  input: TrainModelInput,
  detach: boolean,
): Promise<void> {
  const { rooms, orchestrator, temporal } = connected;
  const work = await orchestrator.startTraining(input);
  if (detach) return answerStarted(context, work);
  const label = `${seriesId(input.series)} ${input.recipe.name}`;
  if (!(await followWorkflow(context, temporal.client, work, label))) return answerLeft(context, work);
  const { workflowId } = work;
  const result = await orchestrator.awaitTraining(workflowId);
  const evidence = await readEvidence(rooms.artifacts, result.evidence);
  const { step, inputHash } = result.dataset;
  // Not loaded: that reads and digests the whole dataset.
  const datasetReport = join(context.home.artifacts, step, inputHash, REPORT_FILES.markdown);
  context.output.result(
    { workflowId, ...result, datasetReport, evidence: { artifact: result.evidence, ...evidence } },
    () =>
      context.output.quiet ? renderVerdictLine(result) : renderTraining(result, evidence, datasetReport),
  );
}

async function trainMany(
  context: CliContext,
  { orchestrator, temporal }: Connected,
  inputs: readonly TrainModelInput[],
  maxWorkers: number,
  detach: boolean,
): Promise<void> {
  const items = inputs.map(input => ({ workflowId: trainingWorkflowId(input), input }));
  const work = await orchestrator.startFleet({ items, maxWorkers });
  if (detach) return answerStarted(context, work);
  const label = `${items.length} series`;
  if (!(await followWorkflow(context, temporal.client, work, label))) return answerLeft(context, work);
  const { workflowId } = work;
  const result = await orchestrator.awaitFleet(workflowId);
  context.output.result({ workflowId, ...result, ...countFleet(result) }, () =>
    context.output.quiet ? renderCount(result) : renderFleet(result),
  );
  if (result.rows.some(row => !row.ok)) context.endWith(1);
}

function renderTraining(result: TrainModelResult, evidence: Evidence, datasetReport: string): string {
  return [
    renderSteps(result.steps),
    '',
    renderGate(evidence),
    '',
    `Its dataset: ${datasetReport}`,
    renderVerdictLine(result),
  ].join('\n');
}

function renderVerdictLine({ series, version, offer }: TrainModelResult): string {
  return `${series} v${version}: ${offer ? renderOffer(offer) : 'registered, not offered'}`;
}

function countFleet({ rows }: TrainFleetResult): { total: number; finished: number; failed: number } {
  const finished = rows.filter(row => row.ok).length;
  return { total: rows.length, finished, failed: rows.length - finished };
}

function renderFleet(result: TrainFleetResult): string {
  const table = renderTable<FleetRow>(result.rows, [
    { title: 'series', cell: row => row.series },
    { title: 'version', cell: row => (row.ok ? `v${row.result.version}` : null) },
    { title: 'decision', cell: row => (row.ok ? (row.result.offer?.decision ?? 'not offered') : 'failed') },
    {
      title: 'reason',
      cell: row => (row.ok ? row.result.offer?.reason : `${row.error.code}: ${row.error.message}`),
    },
  ]);
  return [table, '', renderCount(result), ...renderFalsePromotions(result)].join('\n');
}

function renderFalsePromotions({ falsePromotions }: TrainFleetResult): string[] {
  if (!falsePromotions) return [];
  const { looks, expected } = falsePromotions;
  return looks === 0
    ? ['No look at test bars was made, so no false promotion is to be expected']
    : [
        `${looks} look${looks === 1 ? '' : 's'} at test bars: were no candidate better, at most ${expected.toPrecision(2)} false promotions were to be expected`,
      ];
}

function renderCount(result: TrainFleetResult): string {
  const { total, finished, failed } = countFleet(result);
  return `${finished} of ${total} finished, ${failed} failed`;
}
