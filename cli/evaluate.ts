import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EVALUATION_FILES } from '../activities/conclude-evaluation.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { EvaluationInput } from '../contracts/evaluation.ts';
import { describeIssues } from '../contracts/issues.ts';
import { withoutSearch } from '../contracts/search.ts';
import { seriesId } from '../contracts/series.ts';
import { type FoldSpec, foldSchema } from '../contracts/split.ts';
import { trainingConcurrency } from '../host/config.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../host/recipes.ts';
import { requireWorkers } from '../host/worker-presence.ts';
import { cliActor } from './actor.ts';
import { integer } from './arguments.ts';
import type { CliContext } from './context.ts';
import { renderEvaluation } from './evaluation-text.ts';
import { type Connected, withTemporal } from './rooms.ts';
import { parseAssignment, parseTime, readSeriesArguments } from './series-arguments.ts';
import { answerLeft, answerStarted } from './started-work.ts';
import { refuseFuture } from './train.ts';
import { addTrainingFlags, asSettings, type TrainingFlags, trainingOverrides } from './training-flags.ts';
import { followWorkflow } from './workflow-progress.ts';

interface EvaluateOptions extends TrainingFlags {
  readonly recipe: string;
  readonly folds?: number;
  readonly window?: 'expanding' | 'rolling';
  readonly combinatorial?: { readonly groups: number; readonly testGroups: number };
  readonly maxWorkers?: number;
  readonly set: Record<string, unknown>;
  readonly asOf?: number;
  readonly detach?: boolean;
}

const DEFAULT_FOLDS = 6;

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>', 'BTCUSD; with a venue: coinbase:BTCUSD')
    .argument('<timeframe>', '1h')
    .option('--recipe <name>', 'a recipe’s name or the path of its YAML file', DEFAULT_RECIPE)
    .option('--folds <count>', `test blocks of a walk-forward (default: ${DEFAULT_FOLDS})`, integer(2, 100))
    .addOption(
      new Option(
        '--window <window>',
        'what each fold learns from: all rows before it, or as many as the first',
      ).choices(['expanding', 'rolling']),
    )
    .option(
      '--combinatorial <groups/tested>',
      'every choice of so many groups of rows as test block, e.g. 6/2: 15 models, 5 backtest paths',
      parseGroups,
    )
    .option(
      '--max-workers <count>',
      'folds fitted at once (default: the machine’s training slots)',
      integer(1, 1_000),
    )
    .option('--set <path=value>', 'change a value of the recipe; may be repeated', parseAssignment, {})
    .option('--as-of <time>', 'use only bars that were closed by then', parseTime)
    .option('--detach', 'start the work and return at once')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom evaluate BTCUSD 1h --recipe gbdt-core15\n  alphaloom evaluate BTCUSD 1h --folds 8 --window rolling\n  alphaloom evaluate BTCUSD 1h --combinatorial 6/2\n',
    )
    .action(async (symbol: string, timeframe: string, options: EvaluateOptions) => {
      const input = await readInput(context, symbol, timeframe, options);
      await withTemporal(context, async connected => {
        await requireWorkers(connected.temporal, connected.homeId, ['registry', 'training']);
        const maxWorkers = options.maxWorkers ?? trainingConcurrency(connected.loaded.config);
        await evaluate(context, connected, { ...input, maxWorkers }, options.detach === true);
      });
    });
  addTrainingFlags(command);
}

async function readInput(
  context: CliContext,
  symbol: string,
  timeframe: string,
  options: EvaluateOptions,
): Promise<Omit<EvaluationInput, 'maxWorkers'>> {
  const loaded = await context.loadConfig();
  const [series, ...others] = await readSeriesArguments(
    symbol,
    timeframe,
    undefined,
    loaded.config.defaultVenue,
  );
  if (others.length > 0) {
    throw new AlphaloomError(
      'USAGE',
      `evaluate takes one series at a time; got ${others.length + 1}. Run it once for each.`,
      { series: [series, ...others].map(seriesId) },
    );
  }
  refuseFuture(options.asOf, context.now());
  const overrides = { ...options.set, ...trainingOverrides(options) };
  const recipe = await loadConfiguredRecipe(loaded, options.recipe, overrides);
  return {
    series,
    recipe: withoutSearch(recipe),
    changes: asSettings(overrides),
    folds: foldsOf(options, recipe.split.folds),
    asOfTime: options.asOf ?? null,
    actor: cliActor(context.environment),
  };
}

/** What the command line asks for; else the recipe's own folds; else six walk-forward. */
function foldsOf({ folds, window, combinatorial }: EvaluateOptions, own: FoldSpec | undefined): FoldSpec {
  const isWalk = folds !== undefined || window !== undefined;
  if (combinatorial && isWalk) {
    throw new AlphaloomError(
      'USAGE',
      '--combinatorial goes without --folds and --window, which are of a walk-forward. Leave one of them out.',
    );
  }
  if (combinatorial) return parseFolds({ kind: 'combinatorial', ...combinatorial }, '--combinatorial');
  if (!isWalk && own) return own;
  const walk = own?.kind === 'walk-forward' ? own : { kind: 'walk-forward', folds: DEFAULT_FOLDS };
  return parseFolds({ ...walk, ...(folds && { folds }), ...(window && { window }) }, '--folds');
}

/** @throws AlphaloomError USAGE saying what is allowed */
function parseFolds(document: unknown, flag: string): FoldSpec {
  const parsed = foldSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new AlphaloomError('USAGE', `${flag}: ${describeIssues(parsed.error, document, foldSchema)}`);
}

function parseGroups(text: string): EvaluateOptions['combinatorial'] {
  const found = /^(\d{1,2})\/(\d{1,2})$/.exec(text);
  if (found) return { groups: Number(found[1]), testGroups: Number(found[2]) };
  throw new InvalidArgumentError('Expected groups/tested, e.g. 6/2.');
}

async function evaluate(
  context: CliContext,
  { orchestrator, temporal }: Connected,
  input: EvaluationInput,
  detach: boolean,
): Promise<void> {
  const work = await orchestrator.startEvaluation(input);
  if (detach) return answerStarted(context, work);
  const label = `${seriesId(input.series)} ${input.recipe.name}`;
  if (!(await followWorkflow(context, temporal.client, work, label))) return answerLeft(context, work);
  const { workflowId } = work;
  const result = await orchestrator.awaitEvaluation(workflowId);
  const folder = join(context.home.artifacts, result.artifact.step, result.artifact.inputHash);
  const files = {
    document: join(folder, EVALUATION_FILES.document),
    predictions: join(folder, EVALUATION_FILES.predictions),
  };
  context.output.result({ workflowId, ...result, files }, () =>
    renderEvaluation(result, files.predictions, context.output.quiet),
  );
}
