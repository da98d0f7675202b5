import {
  CancellationScope,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { seriesId } from '../contracts/series.ts';
import type {
  FleetItem,
  FleetProgress,
  FleetRow,
  TrainFleetInput,
  TrainFleetResult,
} from '../contracts/training.ts';
import { forEachBounded } from './bounded.ts';
import { describeFailure } from './failure.ts';
import { falsePromotionsOf } from './false-promotions.ts';
import { runOrJoin } from './run-or-join.ts';

const fleetProgress = defineQuery<FleetProgress>('progress');

/** Trains many series, `maxWorkers` at once; one failure stops no other; answers with a row per series in their order. */
export async function trainFleet({ items, maxWorkers }: TrainFleetInput): Promise<TrainFleetResult> {
  const rows: (FleetRow | undefined)[] = items.map(() => undefined);
  const running = new Set<string>();
  const done = () => rows.filter(row => row !== undefined);
  setHandler(fleetProgress, () => ({ total: items.length, running: [...running], done: done() }));

  await forEachBounded(items, maxWorkers, async (item, index) => {
    const series = seriesId(item.input.series);
    running.add(series);
    setCurrentDetails(renderFleet(items.length, running, done()));
    rows[index] = await trainOne(item);
    running.delete(series);
  });
  setCurrentDetails(renderFleet(items.length, running, done()));
  return { rows: done(), falsePromotions: falsePromotionsOf(done()) };
}

async function trainOne(item: FleetItem): Promise<FleetRow> {
  const series = seriesId(item.input.series);
  try {
    return { series, ok: true, result: await runOrJoin(item) };
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
    return { series, ok: false, error: describeFailure(error) };
  }
}

function renderFleet(total: number, running: ReadonlySet<string>, done: readonly FleetRow[]): string {
  const failed = done.filter(row => !row.ok);
  return [
    `${done.length} of ${total} done, ${failed.length} failed, running: ${[...running].join(', ') || 'none'}`,
    ...failed.map(row => `- ${row.series}: ${row.ok ? '' : row.error.message}`),
  ].join('\n');
}
