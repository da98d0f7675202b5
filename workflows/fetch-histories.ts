import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { CollectionActivities } from '../activities/collection-activities.ts';
import type { CollectedSeries, VenueSeries } from '../contracts/collection.ts';
import { siblingQueue } from '../contracts/queues.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { ACTIVITY_OPTIONS, type KindOfWork } from './activity-options.ts';
import { describeFailure } from './failure.ts';

/**
 * The histories of series that are new, or far behind, one after the other: they share the venue's budget. Beside the
 * collection, which goes on for all others; one failure stops no other.
 */
export async function fetchHistories({ series }: VenueSeries): Promise<readonly CollectedSeries[]> {
  const rows: CollectedSeries[] = [];
  for (const each of series) {
    setCurrentDetails(`${rows.length} of ${series.length} done; now ${seriesId(each)}`);
    rows.push(await fetchOne(each));
  }
  setCurrentDetails(renderRows(rows));
  return rows;
}

async function fetchOne(series: Series): Promise<CollectedSeries> {
  try {
    const row = await collection('fetch', seriesId(series)).fetchHistory({ series });
    await collection('compute', `features of ${seriesId(series)}`).materialiseFeatures({ series: [series] });
    return row;
  } catch (error) {
    return { series, ok: false, error: describeFailure(error) };
  }
}

function collection(kind: KindOfWork, summary: string) {
  return proxyActivities<CollectionActivities>({
    ...ACTIVITY_OPTIONS[kind],
    taskQueue: siblingQueue(workflowInfo().taskQueue, 'collection'),
    summary,
  });
}

function renderRows(rows: readonly CollectedSeries[]): string {
  const failed = rows.flatMap(row => (row.ok ? [] : [`- ${seriesId(row.series)}: ${row.error.message}`]));
  return [`${rows.length} series, ${failed.length} failed`, ...failed].join('\n');
}
