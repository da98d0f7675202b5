import type { Command } from 'commander';
import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSeriesId, seriesId } from '../../contracts/series.ts';
import type { FeatureDefinition } from '../../features/definition.ts';
import { schemaHash } from '../../features/schema.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { minute, renderTable } from '../table.ts';
import { addSelection, type SelectionOptions, selectFeatures } from './selection.ts';

export function register(command: Command, context: CliContext): void {
  addSelection(command.argument('<series>', 'coinbase:BTCUSD/1h'))
    .option('--anew', 'compute every row again')
    .addHelpText('after', '\nExample:\n  alphaloom features build coinbase:BTCUSD/1h --set core15\n')
    .action((series, options) => build(context, series, options));
}

async function build(
  context: CliContext,
  text: string,
  options: SelectionOptions & { readonly anew?: boolean },
): Promise<void> {
  await withRooms(context, async ({ materialiser, features, clock }, loaded) => {
    const series = parseSeriesId(text, loaded.config.defaultVenue);
    const { definitions } = await selectFeatures(context, loaded, options);
    requireNoLeader(definitions);
    const startedAt = clock.monotonicMs();
    const work = options.anew ? materialiser.rebuild : materialiser.materialise;
    const [outcome] = await work([series], definitions);
    if (!outcome.ok) throw outcome.error;
    const elapsedMs = clock.monotonicMs() - startedAt;
    const names = definitions.map(({ name }) => name);
    const schema = schemaHash(definitions);
    const stored = await features.read({ series, schemaHash: schema, names });
    const rows = stored?.openTime.length ?? 0;
    const missing = [...(stored?.columns ?? [])].map(([name, column]) => ({
      name,
      missing: column.reduce((count, value) => count + Number(Number.isNaN(value)), 0),
    }));
    const nsPerValue = outcome.rows > 0 ? (elapsedMs * 1e6) / (outcome.rows * names.length) : null;
    const document = {
      series: seriesId(series),
      schemaHash: schema,
      rows,
      newRows: outcome.rows,
      lastTime: outcome.lastTime,
      elapsedMs,
      nsPerValue,
      features: missing,
    };
    context.output.result(document, () =>
      [
        renderTable(missing, [
          { title: 'feature', cell: row => row.name },
          { title: 'missing', align: 'right', cell: row => row.missing },
        ]),
        '',
        `${rows} rows of ${names.length} features up to ${minute(outcome.lastTime)}; ${outcome.rows} of them new${nsPerValue === null ? '' : `, ${nsPerValue.toFixed(1)} ns per value, storing included`}. Schema ${schema.slice(0, 16)}.`,
      ].join('\n'),
    );
  });
}

/** Kept rows are named by series and schema, and these do not say which leader. */
function requireNoLeader(definitions: readonly FeatureDefinition[]): void {
  const following = definitions.filter(({ kernel }) => kernel.inputs.includes('leaderClose'));
  if (following.length === 0) return;
  throw new AlphaloomError(
    'FEATURE_INPUT_MISSING',
    `${following[0].name} looks at a leading market; such features are not kept. See features export --leader, or leave them out.`,
    { features: following.map(({ name }) => name) },
  );
}
