import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  patched,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type LifecycleAnswer,
  type LifecycleOperation,
  type LifecycleStatus,
  MESSAGE_NAMES,
  MESSAGES,
  type MessageName,
} from '../contracts/messages.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import { Interrupted } from './interruption.ts';
import { LIFECYCLE_OPERATIONS, recordRefusal, URGENT } from './lifecycle-operations.ts';
import { ASK_AGAIN, dueReview, setsReviewAnew, timeOfReview } from './probation.ts';
import { tagSeries } from './search-attributes.ts';

const lifecycleStatus = defineQuery<LifecycleStatus>('status');

/** Keeps a run's history short; the registry remembers everything else. */
const HISTORY_LIMIT = 1_000;

interface Queued {
  readonly operation: LifecycleOperation;
  readonly settle: { resolve(answer: LifecycleAnswer): void; reject(error: unknown): void } | null;
}

/** Runs that began before champions were reviewed by themselves wait for messages alone. */
const PROBATION = 'probation';

/**
 * Owns the champion of one series, nothing else: every move of a champion passes through this one queue. Its handlers
 * enqueue and await, one loop executes; what has been done is in the registry, by operation id, so that an operation
 * asked for twice is done once. From time to time the champion is reviewed.
 * @param reviewTime when the next review is due (epoch ms), of a run that continues another
 */
export async function modelLifecycle(series: Series, reviewTime: number | null = null): Promise<never> {
  const queue: Queued[] = [];
  let working: MessageName | null = null;
  tagSeries(series);
  setHandler(lifecycleStatus, () => ({
    series: seriesId(series),
    working,
    queued: queue.map(({ operation }) => operation.message),
  }));
  for (const message of MESSAGE_NAMES) takeMessages(message, series, queue);

  const isUrged = () => queue.some(({ operation }) => URGENT.has(operation.message));
  const isWanted = () => queue.length > 0 || isHistoryLong();
  let nextReview = reviewTime;
  for (;;) {
    if (!isWanted() && patched(PROBATION)) {
      const due = nextReview === null ? await timeOfReview(series) : { time: nextReview };
      if (due === null) {
        await condition(isWanted, ASK_AGAIN);
        continue;
      }
      nextReview = due.time;
      if (!(await waitUntil(isWanted, nextReview)))
        queue.push({ operation: dueReview(series), settle: null });
    } else {
      await condition(isWanted);
    }
    const next = queue.shift();
    if (next === undefined) {
      await condition(allHandlersFinished);
      if (queue.length === 0) await continueAsNew<typeof modelLifecycle>(series, nextReview);
      continue;
    }
    working = next.operation.message;
    const outcome = await carryOut(next, isUrged);
    working = null;
    if (outcome === INTERRUPTED) {
      putBehindUrgent(next, queue);
      continue;
    }
    if (setsReviewAnew(next.operation, outcome)) nextReview = null;
  }
}

const INTERRUPTED = Symbol('interrupted');

/** What was interrupted is next again once all that is urgent is done. */
function putBehindUrgent(interrupted: Queued, queue: Queued[]): void {
  const { urgent = [], other = [] } = Object.groupBy(queue, ({ operation }) =>
    URGENT.has(operation.message) ? 'urgent' : 'other',
  );
  queue.splice(0, queue.length, ...urgent, interrupted, ...other);
}

/** Whether what is wanted came before that time; without a time there is no end to waiting. */
async function waitUntil(isWanted: () => boolean, time: number | null): Promise<boolean> {
  if (time !== null) return await condition(isWanted, Math.max(1, time - Date.now()));
  await condition(isWanted);
  return true;
}

function takeMessages(message: MessageName, series: Series, queue: Queued[]): void {
  const { schema, summary } = MESSAGES[message];
  const read = (payload: unknown) => schema.safeParse(payload ?? {});

  setHandler(
    defineSignal<[payload: unknown]>(message),
    async payload => {
      const { success, data, error } = read(payload);
      const operation = {
        message,
        series,
        operationId: data?.operationId ?? uuid4(),
        actor: 'signal',
        ...data,
      };
      if (success) queue.push({ operation, settle: null });
      else await leaveTrace(operation, `A signal ${message} was refused: ${error.issues[0].message}.`);
    },
    { description: summary },
  );
  setHandler(
    defineUpdate<LifecycleAnswer, [payload: unknown]>(message),
    payload => {
      const data = schema.parse(payload ?? {});
      const operationId = data.operationId ?? currentUpdateInfo()?.id ?? uuid4();
      return new Promise<LifecycleAnswer>((resolve, reject) => {
        queue.push({
          operation: { message, series, actor: 'update', ...data, operationId },
          settle: { resolve, reject },
        });
      });
    },
    {
      description: summary,
      validator: payload => {
        const { success, error } = read(payload);
        if (success) return;
        const [issue] = error.issues;
        throw ApplicationFailure.nonRetryable(
          `${message}: ${issue.path.join('.')} ${issue.message}`,
          'USAGE',
        );
      },
    },
  );
}

/** @returns the answer's outcome; null where it could not be carried out */
async function carryOut(
  { operation, settle }: Queued,
  isUrged: () => boolean,
): Promise<string | typeof INTERRUPTED | null> {
  try {
    const answer = await LIFECYCLE_OPERATIONS[operation.message](operation, isUrged);
    setCurrentDetails(
      `**${answer.message}** ${answer.outcome}: ${answer.reason}\n\nChampion: ${answer.champion ?? 'none'}`,
    );
    settle?.resolve(answer);
    return answer.outcome;
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED;
    if (settle) settle.reject(error);
    else await leaveTrace(operation, describeCause(error));
    return null;
  }
}

/** Who sent a signal awaits nothing: the history says what came of it. Failing at that must not end the series' queue. */
async function leaveTrace(operation: LifecycleOperation, reason: string): Promise<void> {
  try {
    await recordRefusal(operation, reason);
  } catch (error) {
    setCurrentDetails(
      `**${operation.message}** was refused (${reason}), and that could not be recorded: ${describeCause(error)}`,
    );
  }
}

function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > HISTORY_LIMIT;
}

function describeCause(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}
