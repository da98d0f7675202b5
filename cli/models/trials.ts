import type { Command } from 'commander';
import { parseSeries, type Series, seriesId } from '../../contracts/series.ts';
import type { TrialRecord } from '../../contracts/trials.ts';
import { trialsSoFar } from '../../evaluation/sharpe-evidence.ts';
import type { OpenRooms } from '../../host/compose.ts';
import type { CliContext } from '../context.ts';
import { withRooms } from '../rooms.ts';
import { type LoggedTrial, renderLoggedTrials } from '../trial-table.ts';

export function register(command: Command, context: CliContext): void {
  command
    .argument('<symbol>')
    .argument('<timeframe>')
    .addHelpText('after', '\nExample:\n  alphaloom models trials BTCUSD 1h\n')
    .action((symbol, timeframe) =>
      withRooms(context, (rooms, loaded) =>
        listTrials(context, rooms, parseSeries(symbol, timeframe, loaded.config.defaultVenue)),
      ),
    );
}

async function listTrials(context: CliContext, { registry }: OpenRooms, series: Series): Promise<void> {
  const id = seriesId(series);
  const trials = (await registry.trials(id)).map(({ at, actor, detail }): LoggedTrial => {
    return { at, actor, ...(detail as unknown as TrialRecord) };
  });
  const configurations = trials.length === 0 ? 0 : trialsSoFar(trials).count;
  context.output.result({ series: id, configurations, trials }, () =>
    trials.length === 0
      ? `Nothing was tried for ${id} yet. Search a recipe: alphaloom train ${series.symbol} ${series.timeframe} --recipe gbdt-search --search`
      : `${renderLoggedTrials(trials)}\n\n${configurations} different configurations`,
  );
}
