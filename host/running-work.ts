import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { QUEUES, type Queue, queueName } from '../contracts/queues.ts';
import { TRAINING_STEPS, type TrainingStep } from '../contracts/training.ts';
import { seriesOfTraining } from './orchestrator.ts';
import { explainTemporalErrors } from './temporal-errors.ts';

/** A training, a fleet of trainings, a search, an evaluation, or the fetching of histories that has not ended. */
export interface RunningWork {
  readonly workflowId: string;
  readonly kind: 'training' | 'fleet' | 'search' | 'evaluation' | 'history';
  /** The training's series, or those that the fleet trains now. */
  readonly series: readonly string[];
  /** Of a training, a search or an evaluation. */
  readonly recipe: string | null;
  /** The step in hand; null of a fleet, and between two steps. */
  readonly step: TrainingStep | null;
  /** No worker has taken the step yet. */
  readonly waiting: boolean;
  readonly startedTime: number;
}

const TRAININGS = ['trainModel', 'trainFleet', 'searchRecipe', 'evaluateRecipe'];
const ALL = [...TRAININGS, 'fetchHistories'];
/** More are not looked at one by one. */
const MAX_SHOWN = 200;
/** `PendingActivityState` of Temporal's interface: scheduled, taken by nobody. */
const SCHEDULED = 1;

/** The work of a home that runs now, the oldest first; no worker is needed to tell. */
export async function readRunningWork(client: Client, homeId: string): Promise<RunningWork[]> {
  return await explainTemporalErrors(async () => {
    const work: RunningWork[] = [];
    for await (const { workflowId } of listRunning(client, homeId, ALL)) {
      const running = await describeWork(client, workflowId);
      if (running !== null) work.push(running);
      if (work.length === MAX_SHOWN) break;
    }
    return work.sort((a, b) => a.startedTime - b.startedTime);
  });
}

/** When the oldest training of them began, epoch ms; null where none runs. */
export async function oldestRunningStart(client: Client, homeId: string): Promise<number | null> {
  return await explainTemporalErrors(async () => {
    let oldest: number | null = null;
    for await (const { startTime } of listRunning(client, homeId, TRAININGS))
      oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, startTime.getTime());
    return oldest;
  });
}

/** Homes may share a namespace: by their queues they are told apart. */
async function* listRunning(
  client: Client,
  homeId: string,
  types: readonly string[],
): AsyncGenerator<WorkflowExecutionInfo> {
  const query = `ExecutionStatus = 'Running' AND WorkflowType IN ('${types.join("', '")}')`;
  const own = new Set((Object.keys(QUEUES) as Queue[]).map(queue => queueName(queue, homeId)));
  for await (const workflow of client.workflow.list({ query }))
    if (own.has(workflow.taskQueue)) yield workflow;
}

/** Null where it has ended since it was listed. */
async function describeWork(client: Client, workflowId: string): Promise<RunningWork | null> {
  const { status, type, startTime, searchAttributes, raw } = await client.workflow
    .getHandle(workflowId)
    .describe();
  if (status.name !== 'RUNNING') return null;
  const common = { workflowId, startedTime: startTime.getTime() };
  if (type === 'fetchHistories') {
    return { ...common, kind: 'history', series: [], recipe: null, step: null, waiting: false };
  }
  if (type === 'trainFleet') {
    const series = (raw.pendingChildren ?? []).flatMap(
      child => seriesOfTraining(child.workflowId ?? '') ?? [],
    );
    return { ...common, kind: 'fleet', series, recipe: null, step: null, waiting: false };
  }
  const own = {
    series: [seriesOfTraining(workflowId) ?? []].flat(),
    recipe: (searchAttributes.Recipe?.[0] as string | undefined) ?? null,
  };
  if (type === 'searchRecipe') return { ...common, ...own, kind: 'search', step: null, waiting: false };
  if (type === 'evaluateRecipe') return { ...common, ...own, kind: 'evaluation', step: null, waiting: false };
  const [pending] = raw.pendingActivities ?? [];
  return {
    ...common,
    ...own,
    kind: 'training',
    step: TRAINING_STEPS.find(step => step === pending?.activityType?.name) ?? null,
    waiting: pending?.state === SCHEDULED,
  };
}
