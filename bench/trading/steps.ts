import type { Client, WorkflowHandle } from '@temporalio/client';
import { tradingWorkflowId } from '../../host/trading/trading-calls.ts';

/** What the server wrote down of one close, epoch ms. */
export interface CloseSteps {
  readonly closeTime: number;
  /** When the timer's event was written that woke the workflow; an earlier one's where it did not have to wait. */
  readonly firedTime: number;
  /** `refreshCandles` was done; both decisions were; `executeOrders` was begun (null: there was nothing to send). */
  readonly refreshedTime: number;
  readonly inferredTime: number | null;
  readonly decidedTime: number | null;
  readonly executedFrom: number | null;
}

type Timestamp = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

/**
 * The closes of an account's workflow, as the histories of its runs have them, the last run's first.
 * The local steps' times are those that the worker put into their markers.
 */
export async function readSteps(client: Client, account: string): Promise<CloseSteps[]> {
  const steps: CloseSteps[] = [];
  for (let runId: string | undefined, isFirst = true; isFirst || runId; isFirst = false) {
    const { events } = await client.workflow.getHandle(tradingWorkflowId(account), runId).fetchHistory();
    steps.push(...stepsOf(events ?? []));
    const begun = events?.[0]?.workflowExecutionStartedEventAttributes;
    runId = begun?.continuedExecutionRunId || undefined;
  }
  return steps;
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

function stepsOf(events: Events): CloseSteps[] {
  const steps: CloseSteps[] = [];
  const scheduled = new Map<number, { readonly type: string; readonly closeTime: number }>();
  let firedTime = 0;
  let current: { -readonly [Key in keyof CloseSteps]: CloseSteps[Key] } | null = null;
  for (const event of events) {
    const time = millis(event.eventTime);
    const id = Number(event.eventId);
    if (event.timerFiredEventAttributes) {
      firedTime = time;
    } else if (event.activityTaskScheduledEventAttributes) {
      const { activityType, input } = event.activityTaskScheduledEventAttributes;
      const type = activityType?.name ?? '';
      if (type !== 'refreshCandles' && type !== 'executeOrders') continue;
      const [payload] = input?.payloads ?? [];
      const { close } = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as {
        close: { closeTime: number };
      };
      scheduled.set(id, { type, closeTime: close.closeTime });
    } else if (event.activityTaskStartedEventAttributes) {
      const known = scheduled.get(Number(event.activityTaskStartedEventAttributes.scheduledEventId));
      if (known?.type === 'executeOrders' && current?.closeTime === known.closeTime)
        current.executedFrom = time;
    } else if (event.activityTaskCompletedEventAttributes) {
      const known = scheduled.get(Number(event.activityTaskCompletedEventAttributes.scheduledEventId));
      if (known?.type !== 'refreshCandles') continue;
      current = {
        closeTime: known.closeTime,
        firedTime,
        refreshedTime: time,
        inferredTime: null,
        decidedTime: null,
        executedFrom: null,
      };
      steps.push(current);
    } else if (event.markerRecordedEventAttributes && current) {
      const [payload] = event.markerRecordedEventAttributes.details?.data?.payloads ?? [];
      const marker = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as {
        activity_type?: string;
        complete_time?: Timestamp;
      };
      if (marker.activity_type === 'inferBars') current.inferredTime = millis(marker.complete_time);
      if (marker.activity_type === 'decideBars') current.decidedTime = millis(marker.complete_time);
    }
  }
  return steps;
}

function millis(time: Timestamp): number {
  return time ? Number(time.seconds ?? 0) * 1_000 + (time.nanos ?? 0) / 1e6 : Number.NaN;
}
