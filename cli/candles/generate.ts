import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_MARKET, generateCandles } from '../../candles/generate.ts';
import { type MarketKind, parseSeries, seriesId } from '../../contracts/series.ts';
import { integer } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { parseTime } from '../series-arguments.ts';

interface GenerateOptions {
  readonly symbol: string;
  readonly timeframe: string;
  readonly venue: string;
  readonly kind: MarketKind;
  readonly bars: number;
  readonly seed: number;
  readonly from: string;
  readonly price: number;
  readonly decimals: number;
  readonly volatility: number;
  readonly jumps: number;
  readonly edge: number;
  readonly edgeBars: number;
}

export function register(command: Command, context: CliContext): void {
  const { startPrice, decimals, volatility, jumpShare, edge } = DEFAULT_MARKET;
  command
    .requiredOption('--symbol <symbol>', 'TESTUSDT')
    .requiredOption('--timeframe <timeframe>', '15m')
    .requiredOption('--bars <n>', 'how many', integer(1, 5_000_000))
    .requiredOption('--seed <n>', 'the same seed makes the same bars', integer(0, 2 ** 32 - 1))
    .option('--venue <venue>', 'a venue’s name', 'synthetic')
    .addOption(new Option('--kind <kind>', 'market').choices(['spot', 'swap']).default('swap'))
    .option('--from <time>', 'open of the first bar', '2020-01-01')
    .option('--price <number>', 'at the start', number, startPrice)
    .option('--decimals <n>', 'of prices: 2 is a tick of 0.01', integer(0, 8), decimals)
    .option('--volatility <share>', 'deviation of a year’s return', number, volatility)
    .option('--jumps <share>', 'of bars that jump by 4 to 8 deviations', number, jumpShare)
    .option(
      '--edge <strength>',
      'what can be forecast: above 0 momentum, below 0 reversion',
      number,
      edge.strength,
    )
    .option('--edge-bars <n>', 'how far back the edge looks', integer(1, 1_000), edge.bars)
    .addHelpText(
      'after',
      '\nExample:\n  alphaloom candles generate --symbol TESTUSDT --timeframe 15m --bars 35000 --seed 1 --edge=-0.2\n',
    )
    .action(options => generate(context, options));
}

async function generate(context: CliContext, options: GenerateOptions): Promise<void> {
  await withRooms(context, async ({ candles }) => {
    const series = parseSeries(options.symbol, options.timeframe, options.venue);
    const spec = {
      timeframe: series.timeframe,
      bars: options.bars,
      seed: options.seed,
      fromTime: parseTime(options.from),
      startPrice: options.price,
      decimals: options.decimals,
      volatility: options.volatility,
      jumpShare: options.jumps,
      edge: { strength: options.edge, bars: options.edgeBars },
    };
    const { added, skipped } = await candles.append(series, generateCandles(spec), {
      kind: options.kind,
      source: `generated with seed ${spec.seed}`,
      synthetic: true,
    });
    const summary = await candles.describe(series);
    context.output.result(
      { ...summary, series: seriesId(series), added, skipped, spec },
      () =>
        `${seriesId(series)}: ${added} generated bars added, ${skipped} were there; a model trained on them is promoted only where the configuration says synthetic: allowed`,
    );
  });
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}
