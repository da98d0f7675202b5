import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { SAMPLE_FILE } from '../../activities/import-model.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { withoutSearch } from '../../contracts/search.ts';
import { parseSeries } from '../../contracts/series.ts';
import type { ImportOptions, TrainModelInput } from '../../contracts/training.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../../host/recipes.ts';
import { requireWorkers } from '../../host/worker-presence.ts';
import { readForeignModel } from '../../models/import/foreign-model.ts';
import { ORIGINAL_FILE } from '../../models/import/import-files.ts';
import type { Sample } from '../../models/import/sample.ts';
import { readModelBytes } from '../../models/onnx/reader.ts';
import { exists } from '../../storage/files.ts';
import { cliActor } from '../actor.ts';
import { integer } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { withTemporal } from '../rooms.ts';
import { readSampleFile } from '../sample-file.ts';
import { parseAssignment, parseTime } from '../series-arguments.ts';
import { refuseFuture, trainOne } from '../train.ts';

interface ImportFlags {
  readonly recipe: string;
  readonly set: Record<string, unknown>;
  readonly steps?: number;
  readonly logits?: boolean;
  readonly classes?: readonly string[];
  readonly output?: string;
  readonly sample?: string;
  readonly trainedThrough?: number;
  readonly asOf?: number;
  readonly promote: boolean;
  readonly detach?: boolean;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('<file>', 'an ONNX file: one input of features, one output of probabilities, logits or returns')
    .argument('<symbol>')
    .argument('<timeframe>')
    .option('--recipe <name>', 'whose features, labels, split and gate it is judged by', DEFAULT_RECIPE)
    .option('--set <path=value>', 'change a value of the recipe; may be repeated', parseAssignment, {})
    .option('--steps <bars>', 'bars per window, where the file does not say', integer(1, 10_000))
    .option('--logits', 'its output holds logits, not probabilities')
    .option('--classes <names>', 'the classes in the order of its columns: LONG,NO_TRADE,SHORT', parseClasses)
    .option('--output <name>', 'which output, where there are several')
    .option('--sample <file>', 'rows and the answers its maker got: JSON or Parquet with x and expected')
    .option(
      '--trained-through <time>',
      'the last bar its training saw; without it the version is not tradable',
      parseTime,
    )
    .option('--as-of <time>', 'use only bars that were closed by then', parseTime)
    .option('--no-promote', 'register the version without offering it for promotion')
    .option('--detach', 'start the work and return at once')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom models import model.onnx BTCUSD 1h --recipe gbdt-core15 --trained-through 2024-01-01\n',
    )
    .action(async (file: string, symbol: string, timeframe: string, flags: ImportFlags) => {
      const { config } = await context.loadConfig();
      const series = parseSeries(symbol, timeframe, config.defaultVenue);
      refuseFuture(flags.asOf, context.now());
      const given = await readGiven(context, file, flags);
      await withTemporal(context, async connected => {
        await requireWorkers(connected.temporal, connected.homeId, ['registry', 'training']);
        const { sha256, options, recipe } = given;
        const source = await connected.rooms.artifacts.save(
          'import',
          { sha256, sample: given.sample === null ? null : digest(JSON.stringify(given.sample)) },
          async folder => {
            await writeFile(join(folder, ORIGINAL_FILE), given.bytes);
            if (given.sample) await writeFile(join(folder, SAMPLE_FILE), JSON.stringify(given.sample));
            return null;
          },
        );
        const trainedThroughTime = flags.trainedThrough ?? null;
        const input: TrainModelInput = {
          ...{ series, recipe, asOfTime: flags.asOf ?? null, offer: flags.promote },
          actor: cliActor(context.environment),
          imported: {
            source: source.artifact,
            origin: { file: basename(file), sha256, trainedThroughTime },
            options,
          },
        };
        await trainOne(context, connected, input, flags.detach === true);
      });
    });
}

interface Given {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly sample: Sample | null;
  readonly options: ImportOptions;
  readonly recipe: Recipe;
}

/** What is wrong with a file is told before anything is started. */
async function readGiven(context: CliContext, file: string, flags: ImportFlags): Promise<Given> {
  const path = resolve(context.cwd, file);
  if (!(await exists(path)))
    throw new AlphaloomError('FILE_NOT_FOUND', `There is no file ${path}.`, { path });
  const loaded = await context.loadConfig();
  const recipe = withoutSearch(await loadConfiguredRecipe(loaded, flags.recipe, flags.set));
  const bytes = await readModelBytes(path, { maxBytes: recipe.gate.maxModelBytes });
  const options: ImportOptions = {
    logits: flags.logits === true,
    steps: flags.steps ?? null,
    classes: flags.classes ?? null,
    output: flags.output ?? null,
  };
  const { steps } = readForeignModel(bytes, recipe.task, options);
  const sample = flags.sample === undefined ? null : await readSampleFile(resolve(context.cwd, flags.sample));
  return { bytes, sha256: digest(bytes), sample, options, recipe: importing(recipe, steps) };
}

/** The recipe with the file in its estimator's place: what is known of its training is nothing. */
function importing(recipe: Recipe, steps: number): Recipe {
  const { members: _, ...train } = recipe.train;
  return { ...recipe, train: { ...train, estimator: 'imported', classWeights: 'none', params: { steps } } };
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A parser for commander. */
function parseClasses(text: string): string[] {
  const names = text.split(',').map(name => name.trim());
  if (names.every(name => name !== '')) return names;
  throw new InvalidArgumentError('Expected names with commas between, e.g. LONG,NO_TRADE,SHORT.');
}
