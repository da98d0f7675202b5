import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { StartedWork } from '../activities/rooms.ts';
import type { EvaluationProgress } from '../contracts/evaluation.ts';
import type { FitProgress, FleetProgress } from '../contracts/training.ts';
import { TRAINING_STEPS, type TrainingStep } from '../contracts/training.ts';
import type { SearchProgress } from '../contracts/trials.ts';
import { explainTemporalErrors } from '../host/temporal-errors.ts';
import type { CliContext } from './context.ts';

const POLL_MS = 250;

/**
 * Shows a workflow's progress until it ends (how, its result says). The first Ctrl-C cancels the work, and waits for its
 * steps to have ended; work that somebody else started is only left. A killed command leaves it running.
 * @returns whether the work has ended; false where it was left
 */
export async function followWorkflow(
  context: CliContext,
  client: Client,
  { workflowId, joined }: StartedWork,
  label: string,
): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  const interruption = context.interruption();
  const progress = context.output.progress(label);
  const cancel = () => void handle.cancel();
  if (joined)
    context.output.say(`${label} is being trained already; waiting for it. Ctrl-C leaves it running.`);
  else interruption.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      const description = await explainTemporalErrors(() => handle.describe());
      if (description.status.name !== 'RUNNING') return true;
      if (interruption.aborted && joined) return false;
      if (interruption.aborted) progress.update(null, 'cancelling');
      else if (description.type === 'trainFleet') await showFleet(handle, progress);
      else if (description.type === 'searchRecipe') await showSearch(handle, progress);
      else if (description.type === 'evaluateRecipe') await showEvaluation(handle, progress);
      else showTraining(description.raw.pendingActivities ?? [], progress);
      await sleep(POLL_MS);
    }
  } finally {
    interruption.removeEventListener('abort', cancel);
    progress.stop();
  }
}

type Progress = ReturnType<CliContext['output']['progress']>;
type PendingActivity = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>['raw']['pendingActivities']
>[number];

function showTraining(pending: readonly PendingActivity[], progress: Progress): void {
  const name = pending[0]?.activityType?.name;
  if (!name) return;
  const step = TRAINING_STEPS.indexOf(name as TrainingStep);
  const fit = readHeartbeat(pending[0]);
  const within = fit && fit.rounds > 0 ? fit.round / fit.rounds : 0;
  progress.update(
    (Math.max(step, 0) + within) / TRAINING_STEPS.length,
    fit ? `${name} ${describeFit(fit)}` : name,
  );
}

function describeFit({ round, rounds, step, steps, loss, secondsLeft, figures = {} }: FitProgress): string {
  const within = steps === undefined ? '' : ` step ${step}/${steps}`;
  const others = Object.entries(figures).map(
    ([name, value]) => `, ${name} ${value === null ? '-' : Number(value.toPrecision(4))}`,
  );
  const left = secondsLeft === undefined ? '' : `, ${describeSeconds(secondsLeft)} left at most`;
  return `round ${round}/${rounds}${within}, loss ${loss?.toFixed(4) ?? '-'}${others.join('')}${left}`;
}

function describeSeconds(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

/** A workflow doesn't see heartbeats; the server does. */
function readHeartbeat(activity: PendingActivity): FitProgress | null {
  const [payload] = activity.heartbeatDetails?.payloads ?? [];
  const details = payload ? defaultPayloadConverter.fromPayload<FitProgress | null>(payload) : null;
  return details && typeof details.round === 'number' ? details : null;
}

async function showFleet(
  handle: ReturnType<Client['workflow']['getHandle']>,
  progress: Progress,
): Promise<void> {
  const told = await askProgress<FleetProgress>(handle);
  if (told === null) return;
  const { total, done, running } = told;
  const failed = done.filter(row => !row.ok).length;
  progress.update(
    done.length / total,
    `${done.length}/${total} done, ${failed} failed; ${running.join(', ')}`,
  );
}

async function showSearch(
  handle: ReturnType<Client['workflow']['getHandle']>,
  progress: Progress,
): Promise<void> {
  const told = await askProgress<SearchProgress>(handle);
  if (told === null) return;
  const { stage, total, done, failed, best } = told;
  if (stage !== 'searching') return progress.update(stage === 'training' ? 1 : 0, stage);
  const found = best ? `, best ${best.value.toFixed(4)} (trial ${best.trial})` : '';
  progress.update(done / total, `${done}/${total} scored, ${failed} failed${found}`);
}

async function showEvaluation(
  handle: ReturnType<Client['workflow']['getHandle']>,
  progress: Progress,
): Promise<void> {
  const told = await askProgress<EvaluationProgress>(handle);
  if (told === null) return;
  const { stage, total, done } = told;
  progress.update(total === 0 ? 0 : done / total, stage === 'fitting' ? `${done}/${total} folds` : stage);
}

async function askProgress<Told>(handle: ReturnType<Client['workflow']['getHandle']>): Promise<Told | null> {
  try {
    return await handle.query<Told>('progress');
  } catch {
    // Between two workers nobody can answer a query; the next look will.
    return null;
  }
}
