import type { Command } from 'commander';
import type { ExplainedPrediction, Prediction } from '../contracts/prediction.ts';
import { parseSeries, seriesId } from '../contracts/series.ts';
import type { CliContext } from './context.ts';
import { renderExplanation } from './explanation-text.ts';
import { parseVersion } from './models/version-argument.ts';
import { withRooms } from './rooms.ts';
import { plainNumber } from './terminal-text.ts';

interface PredictFlags {
  readonly explain?: boolean;
  readonly version?: number;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>', 'BTCUSD; with a venue: coinbase:BTCUSD')
    .argument('<timeframe>', '1h')
    .option(
      '--version <version>',
      'what v7 would answer, whoever serves; marked, and not tradable',
      parseVersion,
    )
    .option('--explain', 'with what each feature did to the answer')
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom predict BTCUSD 1h --json\n  alphaloom predict BTCUSD 1h --explain\n  alphaloom predict BTCUSD 1h --version v7\n',
    )
    .action((symbol, timeframe, { explain = false, version }: PredictFlags) =>
      withRooms(context, async ({ predictor, registry }, { config }) => {
        const series = parseSeries(symbol, timeframe, config.defaultVenue);
        const record = version === undefined ? null : await registry.get(seriesId(series), version);
        if (explain) {
          const explained = await (record ? predictor.explainBy(series, record) : predictor.explain(series));
          context.output.result(explained, () => renderExplained(explained));
          return;
        }
        const prediction = await (record ? predictor.predictBy(series, record) : predictor.predict(series));
        context.output.result(prediction, () => renderPrediction(prediction));
      }),
    );
}

function renderExplained({ explanation, ...prediction }: ExplainedPrediction): string {
  const lines = renderPrediction(prediction);
  return explanation === null ? lines : `${lines}\n\n${renderExplanation(explanation)}`;
}

export function renderPrediction(prediction: Prediction): string {
  const { probabilities, take_profits: targets } = prediction;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return [
    `${prediction.venue}:${prediction.symbol}/${prediction.timeframe} ${prediction.direction} (${percent(prediction.confidence)}), bar of ${prediction.bar_time}${prediction.stale ? ', STALE' : ''}`,
    ...renderApproval(prediction),
    `LONG ${percent(probabilities.LONG)}, SHORT ${percent(probabilities.SHORT)}, NO_TRADE ${percent(probabilities.NO_TRADE)}`,
    `by ${author(prediction)}`,
    `${levelsTitle(prediction)}: entry ${price(prediction.entry)}, stop ${price(prediction.stop_loss)}, targets ${[targets.tp1, targets.tp2, targets.tp3].map(price).join(' / ')}`,
    ...prediction.reasons.map(reason => `because ${reason}`),
  ].join('\n');
}

function author(prediction: Prediction): string {
  const { source, model_version: version } = prediction;
  if (version !== null) return `${source} ${version}, ${standing(prediction)}`;
  return source === 'HOLD'
    ? 'HOLD: nobody could answer'
    : `${source}, a rule in the model’s place: not tradable, its shares are no chances`;
}

function standing({ tradable, asked_by_name: asked, model_version }: Prediction): string {
  if (asked && asked.champion !== model_version)
    return `asked by name; ${asked.champion ?? 'nobody'} serves, so it is not tradable`;
  return tradable ? 'tradable' : 'not tradable: no proven edge after costs';
}

/** Of a model that judges signals; nothing of any other. */
function renderApproval({ approval }: Prediction): string[] {
  if (!approval) return [];
  if (approval.signal === 'NO_TRADE') return ['There is no signal to approve: the price stands at its mean'];
  const share = `${(approval.probability * 100).toFixed(1)} %`;
  return [`${approval.answer} the signal ${approval.signal}: it should be taken with ${share}`];
}

/** Levels are always told; they are no order where nothing is decided. */
function levelsTitle({ direction, levels_side: side }: Prediction): string {
  if (direction === 'NO_TRADE') return `No trade; levels if it were ${side}`;
  return `Levels for ${side}`;
}

function price(value: number): string {
  const text = value.toPrecision(7);
  return text.includes('e') ? plainNumber(value, 7) : text;
}
