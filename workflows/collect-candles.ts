import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { CollectionActivities } from '../activities/collection-activities.ts';
import type {
  CollectedSeries,
  CollectionReport,
  CollectionRow,
  MaterialisedSeries,
  VenueSeries,
} from '../contracts/collection.ts';
import { siblingQueue } from '../contracts/queues.ts';
import { seriesId } from '../contracts/series.ts';
import { ACTIVITY_OPTIONS, type KindOfWork } from './activity-options.ts';
import { describeFailure } from './failure.ts';
import { fetchHistories } from './fetch-histories.ts';

/** Newly closed bars of all configured series, then their features; one series' failure stops no other. */
export async function collectCandles(): Promise<CollectionReport> {
  const venues = await collection('registry', 'what to collect').planCollection();
  const collected = (await Promise.all(venues.map(collectVenue))).flat();
  const stored = collected
    .map(({ row }) => row)
    .filter(isStored)
    .map(({ series }) => series);
  const folded = await collection('compute', 'recent bars into the history').foldCandles({ series: stored });
  const report = { rows: collected.map(reportRow), folded };
  setCurrentDetails(renderReport(report));
  return report;
}

interface Collected {
  readonly row: CollectedSeries;
  /** Undefined where no bars were stored. */
  readonly features: MaterialisedSeries | undefined;
}

/** A venue's features do not wait for the bars of another that hangs. */
async function collectVenue(of: VenueSeries): Promise<Collected[]> {
  const rows = await fetchVenue(of);
  const behind = rows.filter(row => row.ok && row.behind).map(row => row.series);
  if (behind.length > 0) await startHistories({ venue: of.venue, series: behind });
  const series = rows.filter(isStored).map(row => row.series);
  if (series.length === 0) return rows.map(row => ({ row, features: undefined }));
  const summary = `${of.venue}: features of ${series.length} series`;
  const materialised = await collection('compute', summary).materialiseFeatures({ series });
  const byId = new Map(materialised.map(each => [seriesId(each.series), each]));
  return rows.map(row => ({ row, features: byId.get(seriesId(row.series)) }));
}

/** A venue that can't be asked at all is an error of each of its series. */
async function fetchVenue({ venue, series }: VenueSeries): Promise<readonly CollectedSeries[]> {
  try {
    return await collection('fetch', `${venue}: ${series.length} series`).collectVenue({ venue, series });
  } catch (error) {
    if (isCancellation(error)) throw error;
    const described = describeFailure(error);
    return series.map(each => ({ series: each, ok: false, error: described }));
  }
}

/** Years of minutes take hours: they are fetched beside the collection. Those under way are left to go on. */
async function startHistories(of: VenueSeries): Promise<void> {
  try {
    await startChild(fetchHistories, {
      workflowId: `history/${of.venue}`,
      args: [of],
      parentClosePolicy: 'ABANDON',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function isStored(row: CollectedSeries): boolean {
  return row.ok && !row.behind;
}

function collection(kind: KindOfWork, summary: string) {
  return proxyActivities<CollectionActivities>({
    ...ACTIVITY_OPTIONS[kind],
    taskQueue: siblingQueue(workflowInfo().taskQueue, 'collection'),
    summary,
  });
}

function reportRow({ row, features }: Collected): CollectionRow {
  const series = seriesId(row.series);
  const nothing = { series, fetching: false, added: null, lastTime: null, featuresTime: null, error: null };
  if (!row.ok) return { ...nothing, error: row.error };
  if (row.behind) return { ...nothing, fetching: true };
  return {
    ...nothing,
    added: row.added,
    lastTime: row.lastTime,
    featuresTime: features?.ok ? features.lastTime : null,
    error: features && !features.ok ? features.error : null,
  };
}

function renderReport({ rows, folded }: CollectionReport): string {
  const added = rows.reduce((sum, row) => sum + (row.added ?? 0), 0);
  const failed = rows.filter(row => row.error !== null);
  const fetching = rows.filter(row => row.fetching);
  return [
    `${rows.length} series, ${added} new bars, ${folded} moved into the history, ${failed.length} failed`,
    ...fetching.map(row => `- ${row.series}: its history is being fetched`),
    ...failed.map(row => `- ${row.series}: ${row.error?.message}`),
  ].join('\n');
}
