import type { Command } from 'commander';
import type { ModelCheck } from '../../contracts/model-check.ts';
import { parseSeries, type Series, seriesId } from '../../contracts/series.ts';
import { joinLeader } from '../../features/leader-bars.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { checkModel } from '../../inference/checks/index.ts';
import { orFault } from '../../inference/model-faults.ts';
import { createSeriesViews } from '../../inference/series-views.ts';
import { loadServingModel, type ServingModel } from '../../inference/serving-model.ts';
import { TimeLimit } from '../../inference/time-limit.ts';
import type { VersionRecord } from '../../registry/registry.ts';
import { integer } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { renderNumber } from '../evidence-text.ts';
import { withRooms } from '../rooms.ts';
import { renderTable } from '../table.ts';
import { chosenVersion, parseVersion } from './version-argument.ts';

interface TestFlags {
  readonly version?: number;
  readonly bars: number;
}

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .option('--version <version>', 'v7; the champion unless given', parseVersion)
    .option('--bars <n>', 'newest bars it is asked about', integer(1, 100_000), 1_000)
    .addHelpText(
      'after',
      '\nExit 1 where a check fails.\n\nExample:\n  alphaloom models test BTCUSD 1h --version v7\n',
    )
    .action((symbol, timeframe, flags: TestFlags) =>
      withRooms(context, async (rooms, { config }) => {
        const series = parseSeries(symbol, timeframe, config.defaultVenue);
        const version = await chosenVersion(rooms.registry, series, flags.version);
        const checks = await examine(rooms, series, version, flags.bars);
        const failed = checks.filter(({ outcome }) => outcome === 'fail').length;
        if (failed > 0) context.endWith(1);
        const document = { series: seriesId(series), version: version.version, failed, checks };
        context.output.result(document, () =>
          [
            `${seriesId(series)} v${version.version}`,
            renderChecks(checks),
            '',
            failed === 0 ? 'All checks pass.' : `${failed} of ${checks.length} checks fail.`,
          ].join('\n'),
        );
      }),
    );
}

/** A version that can't be opened has failed its only check. */
async function examine(
  rooms: OpenRooms,
  series: Series,
  version: VersionRecord,
  newest: number,
): Promise<ModelCheck[]> {
  const opened: ServingModel[] = [];
  try {
    for (let time = 0; time < 2; time++) {
      const { value, fault } = await orFault(() => loadServingModel(rooms.artifacts, version));
      if (fault) return [openCheck(`${fault.code}: ${fault.message}`)];
      opened.push(value);
    }
    const [model, again] = opened;
    const { anchorTime } = await rooms.candles.describe(series);
    const own = await rooms.candles.read(series, { from: anchorTime });
    const bars = await joinLeader(rooms.candles, series, model.meta.recipe.features.leader, own);
    const servedWindow = await createSeriesViews(rooms.candles).onStore(series, TimeLimit.NONE, view =>
      view.window(model),
    );
    const { monotonicMs } = rooms.clock;
    const checks = await checkModel({ model, again, bars, newest, servedWindow, monotonicMs });
    return [openCheck(null), ...checks];
  } finally {
    await Promise.all(opened.map(({ session }) => session.dispose()));
  }
}

function openCheck(problem: string | null): ModelCheck {
  const outcome = problem === null ? 'pass' : 'fail';
  const must = 'every byte’s hash, the ONNX contract and the feature schema hold';
  return { check: 'opens', outcome, must, numbers: {}, problem };
}

function renderChecks(checks: readonly ModelCheck[]): string {
  return renderTable<ModelCheck>(checks, [
    { title: 'check', cell: row => row.check },
    { title: 'outcome', cell: row => row.outcome },
    { title: 'must hold', cell: row => row.must },
    {
      title: 'found',
      cell: ({ numbers, problem }) =>
        [problem, ...Object.entries(numbers).map(([name, value]) => `${name} ${renderNumber(value)}`)]
          .filter(Boolean)
          .join(', '),
    },
  ]);
}
