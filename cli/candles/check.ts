import type { Command } from 'commander';
import type { SeriesCheck } from '../../candles/check.ts';
import { describeBrokenRule } from '../../candles/quality/require-quality.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeriesId, seriesId } from '../../contracts/series.ts';
import { loadConfiguredRecipe } from '../../host/recipes.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('[series]', 'coinbase:BTCUSD/1h')
    .option('--recipe <name>', 'judge by a recipe’s thresholds; exit 1 if a series is below them')
    .option('--strict', 'judge by the default thresholds; exit 1 if a series is below them')
    .addHelpText('after', '\nExample:\n  alphaloom candles check coinbase:BTCUSD/1h --recipe gbdt-core15\n')
    .action((series, options) => check(context, series, options));
}

interface CheckOptions {
  readonly recipe?: string;
  readonly strict?: boolean;
}

type Checked = Omit<SeriesCheck, 'series'> & { readonly series: string };

/** A series whose bars can't be read, or are not what was stored. */
interface Broken {
  readonly series: string;
  readonly error: { readonly code: string; readonly message: string };
}

async function check(
  context: CliContext,
  text: string | undefined,
  { recipe, strict = false }: CheckOptions,
): Promise<void> {
  if (recipe !== undefined && strict)
    throw new AlphaloomError('USAGE', 'Say --recipe NAME or --strict, not both: each names the thresholds.');
  await withRooms(context, async ({ candles }, loaded) => {
    const { config } = loaded;
    const spec = recipe === undefined ? undefined : (await loadConfiguredRecipe(loaded, recipe)).quality;
    const series = text
      ? [parseSeriesId(text, config.defaultVenue)]
      : (await candles.list()).map(row => row.series);
    const rows: Checked[] = [];
    const broken: Broken[] = [];
    // One after the other: the bars of all series at once may not fit into memory.
    for (const each of series) {
      try {
        rows.push({ ...(await candles.check(each, spec)), series: seriesId(each) });
      } catch (error) {
        // Asked about one series, its error is the command's own.
        if (text || !(error instanceof AlphaloomError)) throw error;
        const { code, message } = error;
        broken.push({ series: seriesId(each), error: { code, message } });
      }
    }
    const isJudged = recipe !== undefined || strict;
    const isBelow = rows.some(({ quality }) => !quality.ok);
    if (broken.length > 0 || (isJudged && isBelow)) context.endWith(1);
    context.output.result({ series: rows, broken }, () =>
      [
        renderTable<Checked>(rows, [
          { title: 'series', cell: row => row.series },
          { title: 'bars', align: 'right', cell: row => row.bars },
          { title: 'gaps', align: 'right', cell: row => row.gaps.length },
          { title: 'missing bars', align: 'right', cell: row => row.missingBars },
          { title: 'longest gap', align: 'right', cell: row => row.longestGap?.missingBars },
          { title: 'zero volume', align: 'right', cell: row => row.zeroVolumeBars },
          { title: 'stale run', align: 'right', cell: row => row.quality.longestStaleRun?.bars },
          { title: 'jumps', align: 'right', cell: row => row.quality.jumps },
          { title: 'spikes', align: 'right', cell: row => row.quality.spikes },
          { title: 'age', align: 'right', cell: row => row.quality.ageBars },
          { title: 'quality', cell: row => (row.quality.ok ? 'ok' : 'below') },
        ]),
        ...rows.flatMap(row =>
          row.quality.rules.filter(({ ok }) => !ok).map(rule => `${row.series}: ${describeBrokenRule(rule)}`),
        ),
        ...broken.map(({ series: id, error }) => `${id}: ${error.code}: ${error.message}`),
      ].join('\n'),
    );
  });
}
