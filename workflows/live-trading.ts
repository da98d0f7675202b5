import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  ClosePlan,
  ExecuteRequest,
  LiveTradingInput,
  RecoverRequest,
  TradingEnd,
  TradingPlan,
  ValidateRequest,
} from '../contracts/live-trading.ts';
import { describeFailure } from './failure.ts';
import { flattenBeside, watchBeside } from './trading-beside.ts';
import { takeTradingMessages } from './trading-messages.ts';
import { desk, type Steps, stepsOf } from './trading-steps.ts';
import { followTrading, type TradingStory } from './trading-story.ts';

/**
 * Keeps a run's history short; the ledger remembers everything. Another worker reads it from the beginning before it goes on,
 * and has the two seconds of a workflow task for it: one that can't be read in them would be read again and again.
 */
const HISTORY_EVENTS = 150;
const HISTORY_BYTES = 500_000;
const TRY_AGAIN = '1s';
/** Begun anew with each close and each flatten. */
const WATCHED_MS = 3_600_000;
/**
 * No time mends these. Above all another ledger: its orders have other ids, and going on with it would send everything twice.
 */
const FATAL: ReadonlySet<string> = new Set(['LEDGER_MISMATCH', 'ACCOUNT_UNKNOWN']);
/** An account that begins is refused; of one that holds positions somebody must go on looking after what may be done again. */
const REFUSED_AT_START: ReadonlySet<string> = new Set([
  ...FATAL,
  'LIVE_NOT_ALLOWED',
  'SWAP_SETTINGS_REFUSED',
  'VENUE_KEYS_REFUSED',
]);

/**
 * Trades one account: whenever bars of its symbols close, their candles, predictions, decisions, checks and orders, one step
 * after the other; beside it, whatever is open is looked after. State, settings, orders and positions are in the ledger
 * alone: messages write them, each close reads them.
 */
export async function liveTrading(input: LiveTradingInput): Promise<TradingEnd> {
  const story = followTrading(input.account);
  const inbox = takeTradingMessages(input);
  const watch = watchBeside(input, story);
  const closing = flattenBeside(input, story);
  const endBeside = async () => {
    await watch.end();
    await closing.end();
  };
  let workedCloseTime: number | null = null;

  // A run that continues another goes on where that one was; what a new process has to recover first, its plan says.
  if (workflowInfo().continuedFromExecutionRunId === undefined) {
    story.tell('recovering');
    await recover({ ...input, isStart: true }, story, REFUSED_AT_START);
  }

  for (;;) {
    if (isHistoryLong() && allHandlersFinished()) {
      await endBeside();
      await condition(allHandlersFinished);
      await continueAsNew<typeof liveTrading>(input);
    }
    const plan = await nextPlan(input, workedCloseTime, story);
    if (plan === null) continue;
    if (plan.kind === 'recover') {
      story.tell('recovering');
      await recover({ ...input, isStart: false }, story, FATAL);
      continue;
    }
    if (plan.kind === 'end') {
      await endBeside();
      await condition(allHandlersFinished);
      return { account: input.account, closes: story.status().closes, reason: plan.reason };
    }
    if (plan.kind === 'flatten') {
      // Of the others stops and targets are looked after meanwhile.
      await closing.end();
      if (plan.symbols === null) await watch.end();
      else watch.begin(Date.now() + WATCHED_MS);
      story.tell('flattening');
      await story.attempt(async () => {
        const { isDone } = await desk('watch', 'close positions').flattenTrading({ ...input, ...plan });
        if (isDone && plan.symbols === null) inbox.flattened();
      });
      continue;
    }

    story.await(plan);
    if (plan.watches) watch.begin(plan.close.deadline);
    closing.begin(plan.flattens ?? []);
    if (!(await inbox.isQuietUntil(plan.lookAgainTime)) || plan.lookAgainTime < plan.wakeTime) continue;
    if (await workOn(plan, input, story)) workedCloseTime = plan.close.closeTime;
  }
}

/** What is not certain yet stays so, and is settled beside the closes; who may not trade at all ends here. */
async function recover(
  request: RecoverRequest,
  story: TradingStory,
  fatal: ReadonlySet<string>,
): Promise<void> {
  await story.attempt(
    () => desk('watch', 'settle what is open, compare with the venue').recoverTrading(request),
    error => fatal.has(describeFailure(error).code),
  );
}

/**
 * A close, from its bars to its orders. What fails leaves the rest of this close undone, and the next one as it is.
 * @returns false where another worker has taken over since it was planned: it is to be planned again
 */
async function workOn(plan: ClosePlan, input: LiveTradingInput, story: TradingStory): Promise<boolean> {
  const { close } = plan;
  const request = { ...input, close };
  const steps = stepsOf(plan);
  let isWorked = true;
  const work = async () => {
    story.tell('refreshing');
    const refreshed = await steps.refreshCandles(request);
    if (refreshed === null) {
      isWorked = false;
      return;
    }
    story.tell('inferring');
    const inferred = await steps.inferBars({ ...request, refreshed });
    story.tell('deciding');
    const decided = await steps.decideBars({ ...request, inferred });
    story.decided(decided);
    const { orders, cancels, unvalidated } = decided;
    if (unvalidated.length === 0) {
      await execute({ ...request, orders, cancels }, steps, story);
      return;
    }
    const exits = orders.filter(order => !unvalidated.includes(order));
    await Promise.all([
      execute({ ...request, orders: exits, cancels }, steps, story),
      validate({ ...request, orders: unvalidated }, steps, story),
    ]);
    await execute({ ...request, orders: unvalidated, cancels: [] }, steps, story);
  };
  await story.attempt(work, error => {
    if (describeFailure(error).code === 'LEASE_LOST') isWorked = false;
    return false;
  });
  return isWorked;
}

async function execute(request: ExecuteRequest, steps: Steps, story: TradingStory): Promise<void> {
  if (request.orders.length === 0 && request.cancels.length === 0) return;
  story.tell('executing');
  story.executed(await steps.executeOrders(request));
}

/** Exits never wait for it. An entry that nobody could be asked about is none. */
async function validate(request: ValidateRequest, steps: Steps, story: TradingStory): Promise<void> {
  story.tell('validating');
  try {
    await steps.validateEntries(request);
  } catch (error) {
    if (isCancellation(error)) throw error;
    story.failed(error);
    await steps.refuseEntries(request);
  }
}

/** @returns null where the ledger could not be read: it is to be asked again */
async function nextPlan(
  input: LiveTradingInput,
  workedCloseTime: number | null,
  story: TradingStory,
): Promise<TradingPlan | null> {
  try {
    return await stepsOf(null).planClose({ ...input, workedCloseTime });
  } catch (error) {
    const { code } = describeFailure(error);
    if (FATAL.has(code)) throw error;
    story.failed(error);
    await sleep(TRY_AGAIN);
    return null;
  }
}

function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength, historySize } = workflowInfo();
  return continueAsNewSuggested || historyLength > HISTORY_EVENTS || historySize > HISTORY_BYTES;
}
