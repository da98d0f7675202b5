import { defineQuery, isCancellation, setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import type { ClosePlan, DecidedAccount, ExecutedOrder } from '../contracts/live-trading.ts';
import type { TradingStatus } from '../contracts/trading.ts';
import { describeFailure } from './failure.ts';
import { tagAccount } from './search-attributes.ts';

const tradingStatus = defineQuery<TradingStatus>('status');

const TRY_AGAIN = '1s';

/** What the account is doing, for the query `status` and the Temporal UI. */
export interface TradingStory {
  status(): TradingStatus;
  tell(step: TradingStatus['step']): void;
  await(plan: ClosePlan): void;
  decided(decided: DecidedAccount): void;
  executed(orders: readonly ExecutedOrder[]): void;
  failed(error: unknown): void;
  /** Does work whose failure ends no account: it is told, and after a moment the account goes on. */
  attempt(work: () => Promise<unknown>, isFatal?: (error: unknown) => boolean): Promise<void>;
}

export function followTrading(account: string): TradingStory {
  tagAccount(account);
  let status: TradingStatus = {
    account,
    closeTime: null,
    step: 'recovering',
    closes: 0,
    failure: null,
    undecided: [],
  };
  let outcomes: DecidedAccount['outcomes'] = [];
  let orders: readonly ExecutedOrder[] = [];
  setHandler(tradingStatus, () => status);

  const story: TradingStory = {
    status: () => status,
    tell(step) {
      status = { ...status, step };
    },
    await({ close, closes, clock }) {
      status = { ...status, step: 'waiting', closeTime: close.closeTime, closes };
      const isShown = clock === 'real' || closes % SHOWN_CLOSES === 0;
      if (isShown) setCurrentDetails(render(status, outcomes, orders));
    },
    decided(decided) {
      outcomes = decided.outcomes;
      orders = [];
      const undecided = outcomes.flatMap(({ symbol, outcome, message }) =>
        message === undefined ? [] : [{ symbol, code: outcome, message }],
      );
      status = { ...status, failure: null, undecided };
    },
    executed(sent) {
      orders = [...orders, ...sent];
    },
    failed(error) {
      status = { ...status, failure: { ...describeFailure(error), time: Date.now() } };
      setCurrentDetails(render(status, outcomes, orders));
    },
    async attempt(work, isFatal = () => false) {
      try {
        await work();
      } catch (error) {
        if (isCancellation(error) || isFatal(error)) throw error;
        story.failed(error);
        await sleep(TRY_AGAIN);
      }
    },
  };
  return story;
}

/** Recorded bars are played faster than anybody reads. */
const SHOWN_CLOSES = 500;
const SHOWN_SYMBOLS = 40;

function render(
  { account, closeTime, closes, failure }: TradingStatus,
  outcomes: DecidedAccount['outcomes'],
  orders: readonly ExecutedOrder[],
): string {
  const sent = new Map(orders.map(order => [order.symbol, `${order.leg} ${order.status}`]));
  const rows = outcomes
    .slice(0, SHOWN_SYMBOLS)
    .map(({ symbol, outcome }) => `| ${symbol} | ${outcome} | ${sent.get(symbol) ?? ''} |`);
  return [
    `### ${account}`,
    `${closes} closes; next ${closeTime === null ? 'unknown' : new Date(closeTime).toISOString()}`,
    ...(failure === null ? [] : [`**${failure.code}: ${failure.message}**`]),
    ...(rows.length === 0 ? [] : ['', '| symbol | decision | order |', '|---|---|---|', ...rows]),
  ].join('\n');
}
