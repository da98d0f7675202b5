import { randomUUID } from 'node:crypto';
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Orchestrator, StartedWork } from '../activities/rooms.ts';
import { canonicalJson } from '../artifacts/canonical-json.ts';
import { sha256 } from '../artifacts/input-hash.ts';
import type { Json } from '../contracts/artifact.ts';
import type { CollectionReport } from '../contracts/collection.ts';
import type { EvaluationInput, EvaluationResult } from '../contracts/evaluation.ts';
import type { LiveTradingInput } from '../contracts/live-trading.ts';
import type {
  LifecycleAnswer,
  MessageName,
  TradingAnswer,
  TradingMessageName,
  TradingMessagePayload,
} from '../contracts/messages.ts';
import { queueName } from '../contracts/queues.ts';
import type { Reproduction, ReproductionInput } from '../contracts/reproduction.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { AccountClock, TradingStatus } from '../contracts/trading.ts';
import type {
  TrainFleetInput,
  TrainFleetResult,
  TrainModelInput,
  TrainModelResult,
} from '../contracts/training.ts';
import type { SearchInput, SearchResult } from '../contracts/trials.ts';
import type { modelLifecycle } from '../workflows/index.ts';
import { explainTemporalErrors } from './temporal-errors.ts';
import { requireOwn } from './temporal-workflows.ts';
import { createTradingCalls } from './trading/trading-calls.ts';

/** Starts workflows and sends them messages: the CLI's and the activities' way to Temporal. */
export interface TemporalOrchestrator extends Orchestrator {
  /** Starts a fleet, or joins the same one where it runs already. */
  startFleet(input: TrainFleetInput): Promise<StartedWork>;
  awaitFleet(workflowId: string): Promise<TrainFleetResult>;
  /** Starts a search, or joins the same one where it runs already. */
  startSearch(input: SearchInput): Promise<StartedWork>;
  awaitSearch(workflowId: string): Promise<SearchResult>;
  /** Starts an evaluation, or joins the same one where it runs already. */
  startEvaluation(input: EvaluationInput): Promise<StartedWork>;
  awaitEvaluation(workflowId: string): Promise<EvaluationResult>;
  /** Starts training a version once more, or joins who does. */
  startReproduction(input: ReproductionInput): Promise<StartedWork>;
  awaitReproduction(workflowId: string): Promise<Reproduction>;
  /** Collects the configured series now, beside the schedule. */
  collectCandles(): Promise<CollectionReport>;
  /** Starts an account's workflow. Where it runs already, that one goes on. */
  startTrading(input: LiveTradingInput, clock: AccountClock['kind']): Promise<StartedWork>;
  /** Sends a message to an account's workflow and awaits what came of it. @throws AlphaloomError ACCOUNT_STOPPED, USAGE, … */
  askTrading<Name extends TradingMessageName>(
    account: string,
    message: Name,
    payload: TradingMessagePayload<Name> & { operationId: string },
  ): Promise<TradingAnswer>;
  /** What an account's workflow does now; null: none runs. */
  tradingStatus(account: string): Promise<TradingStatus | null>;
  /** Resolves when an account's workflow has ended. */
  awaitTrading(account: string): Promise<void>;
}

export function createOrchestrator(client: Client, homeId: string): TemporalOrchestrator {
  const taskQueue = queueName('registry', homeId);
  const start = <Input>(
    workflow: 'trainModel' | 'trainFleet' | 'searchRecipe' | 'evaluateRecipe' | 'reproduceVersion',
    workflowId: string,
    input: Input,
  ) =>
    explainTemporalErrors(async (): Promise<StartedWork> => {
      await requireOwn(client, workflowId, taskQueue);
      try {
        await client.workflow.start<(input: Input) => Promise<unknown>>(workflow, {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'FAIL',
        });
        return { workflowId, joined: false };
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, joined: true };
        throw error;
      }
    });
  return {
    askLifecycle: ({ venue, symbol, timeframe }, message, payload) =>
      explainTemporalErrors(async () => {
        const workflowId = lifecycleWorkflowId({ venue, symbol, timeframe });
        await requireOwn(client, workflowId, taskQueue);
        const startWorkflowOperation = new WithStartWorkflowOperation<typeof modelLifecycle>(
          'modelLifecycle' as never,
          {
            workflowId,
            taskQueue,
            args: [{ venue, symbol, timeframe }],
            workflowIdConflictPolicy: 'USE_EXISTING',
          },
        );
        return await client.workflow.executeUpdateWithStart<
          typeof modelLifecycle,
          LifecycleAnswer,
          [unknown]
        >(message, {
          args: [payload],
          updateId: updateId(message, payload),
          startWorkflowOperation,
        });
      }),
    startTraining: input => start('trainModel', trainingWorkflowId(input), input),
    trainingWorkflowId,
    awaitTraining: workflowId => awaitResult<TrainModelResult>(client, workflowId),
    startFleet: input =>
      start('trainFleet', `fleet/${shortHash(input.items.map(item => item.workflowId))}`, input),
    awaitFleet: workflowId => awaitResult<TrainFleetResult>(client, workflowId),
    startSearch: input => start('searchRecipe', searchWorkflowId(input), input),
    awaitSearch: workflowId => awaitResult<SearchResult>(client, workflowId),
    startEvaluation: input => start('evaluateRecipe', evaluationWorkflowId(input), input),
    awaitEvaluation: workflowId => awaitResult<EvaluationResult>(client, workflowId),
    startReproduction: input =>
      start('reproduceVersion', `reproduce/${seriesId(input.series)}/v${input.version}`, input),
    awaitReproduction: workflowId => awaitResult<Reproduction>(client, workflowId),
    collectCandles: () =>
      explainTemporalErrors(() =>
        client.workflow.execute<() => Promise<CollectionReport>>('collectCandles', {
          workflowId: `collect/${homeId}/${randomUUID()}`,
          taskQueue,
        }),
      ),
    ...createTradingCalls(client, homeId),
  };
}

/** The same training asked for twice is one workflow; who asked, and how its recipe came to be, makes no difference. */
export function trainingWorkflowId({ actor: _, changes: _changes, ...input }: TrainModelInput): string {
  return `train/${seriesId(input.series)}/${shortHash(input as unknown as Json)}`;
}

/** How many work at it makes no difference to a search. */
function searchWorkflowId({ actor: _, maxWorkers: _workers, ...input }: SearchInput): string {
  return `search/${seriesId(input.series)}/${shortHash(input as unknown as Json)}`;
}

function evaluationWorkflowId({
  actor: _,
  maxWorkers: _workers,
  changes: _changes,
  ...input
}: EvaluationInput): string {
  return `evaluate/${seriesId(input.series)}/${shortHash(input as unknown as Json)}`;
}

/** The series in the workflow id of a training, a search or an evaluation. */
export function seriesOfTraining(workflowId: string): string | null {
  return /^(?:train|search|evaluate)\/([^/]+\/[^/]+)\//.exec(workflowId)?.[1] ?? null;
}

export function lifecycleWorkflowId(series: Series): string {
  return `model/${seriesId(series)}`;
}

/** A retry finds its update by this; the same operation id with another wish is another update, which the registry refuses. */
function updateId(message: MessageName, payload: { operationId: string; version?: number }): string {
  return sha256(`${message} ${payload.version ?? ''} ${payload.operationId}`).slice(0, 32);
}

function shortHash(value: Json): string {
  return sha256(canonicalJson(value)).slice(0, 16);
}

function awaitResult<Result>(client: Client, workflowId: string): Promise<Result> {
  return explainTemporalErrors(async () => (await client.workflow.getHandle(workflowId).result()) as Result);
}
