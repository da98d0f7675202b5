import type fc from 'fast-check';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { ExitPlan } from '../../contracts/intents.ts';
import type { Desk } from '../../trading/desk.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { Boundaries, Crash } from './boundaries.ts';
import { ACCOUNT, decided, MINUTE, type Rig, START, STOP_ONLY, SYMBOL } from './rig.ts';

const PLANS: readonly ExitPlan[] = [
  STOP_ONLY,
  {
    ...STOP_ONLY,
    targets: [
      { distance: { unit: 'percent', value: 2 }, share: 0.5 },
      { distance: { unit: 'percent', value: 4 }, share: 0.3 },
    ],
  },
  { ...STOP_ONLY, trailing: { distance: 3, after: 1 } },
  { ...STOP_ONLY, maxBars: 3 },
];
/** Longest that a dead process is missed. */
const RESTART_MS = 1_500;

export const ACTIONS = [
  'enter',
  'enter-below',
  'leave',
  'close-bar',
  'settle',
  'keep',
  'wait',
  'up',
  'down',
  'crash-of-price',
  'flatten',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Day {
  readonly actions: readonly { readonly action: Action; readonly plan: number }[];
  /** Boundaries after which each process in turn is killed, counted from its start; the one after the last lives on. */
  readonly kills: readonly number[];
}

/**
 * How many days are played: `ALPHALOOM_TEST_DAYS=800` plays so many, however long it takes; `ALPHALOOM_TEST_SEED=…` the same ones
 * again.
 */
export function runsOf(usual: number): fc.Parameters<unknown> {
  const { ALPHALOOM_TEST_DAYS: days, ALPHALOOM_TEST_SEED: seed } = process.env;
  return {
    numRuns: Number(days ?? usual),
    ...(days === undefined && { interruptAfterTimeLimit: 25_000 }),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}

export interface DayFigures {
  readonly kills: number;
}

/** A day of an account: whatever a process does may be its last; the next recovers and does it again. */
export async function playDay(rig: Rig, { actions, kills }: Day): Promise<DayFigures> {
  let bar = 0;
  let killed = 0;
  let price = 100;
  let boundaries = new Boundaries(kills[0] ?? -1);
  let desk = await rig.desk(boundaries);
  let isRecovered = true;
  const restart = async () => {
    killed++;
    rig.clock.advance(RESTART_MS);
    boundaries = new Boundaries(kills[killed] ?? -1);
    desk = await rig.desk(boundaries);
    isRecovered = false;
  };
  for (const { action, plan } of actions) {
    if (CLOSES.has(action)) bar++;
    price = movedPrice(price, action);
    for (let isDone = false; !isDone; ) {
      await borne(async () => {
        if (!isRecovered) await recoverAccount(desk, { deadline: desk.now() + 30_000 });
        isRecovered = true;
        await act(rig, desk, { action, plan, bar, price });
      });
      if (boundaries.isDead) await restart();
      else isDone = true;
    }
  }
  return { kills: killed };
}

const CLOSES: ReadonlySet<Action> = new Set<Action>(['enter', 'enter-below', 'leave', 'close-bar']);

interface Moment {
  readonly action: Action;
  readonly plan: number;
  readonly bar: number;
  readonly price: number;
}

async function act(rig: Rig, desk: Desk, { action, plan, bar, price }: Moment): Promise<void> {
  const { clock, world, ledger } = rig;
  const barTime = START + bar * MINUTE;
  const deadline = clock.now() + 20_000;
  if (CLOSES.has(action)) clock.advance(Math.max(0, barTime + MINUTE + 100 - clock.now()));
  switch (action) {
    case 'enter':
      return close(desk, barTime, { leg: 'entry', exits: PLANS[plan % PLANS.length] });
    case 'enter-below': {
      const below = (price * 0.99).toFixed(2);
      return close(desk, barTime, {
        leg: 'entry',
        exits: PLANS[plan % PLANS.length],
        type: 'limit',
        price: below,
      });
    }
    case 'leave':
      return close(desk, barTime, { leg: 'exit' });
    case 'close-bar':
      await keepPositions(desk, {
        bars: [{ symbol: SYMBOL, barTime, high: price * 1.005, low: price * 0.995 }],
        deadline: barTime + 1.5 * MINUTE,
      });
      return;
    case 'settle':
      await settleAccount(desk, { deadline });
      return;
    case 'keep':
      await keepPositions(desk, { bars: [], deadline });
      return;
    case 'wait':
      return clock.sleep(4_000);
    case 'flatten':
      await flattenAccount(desk, { symbols: null, actor: 'test', operationId: `flatten/${plan}/${barTime}` });
      await ledger.applyMessage(
        {
          message: 'resume',
          account: ACCOUNT,
          operationId: `resume/${plan}/${barTime}/${clock.now()}`,
          actor: 'test',
          payload: { acknowledge: true },
        },
        { now: clock.now(), policy: null },
      );
      return;
    default:
      return world.move(price);
  }
}

async function close(desk: Desk, barTime: number, order: Parameters<typeof decided>[2]): Promise<void> {
  const wanted = order.leg === 'entry' && desk.ledger.positions(ACCOUNT).length > 0 ? null : order;
  const { planned, cancels } = await decided(desk, barTime, wanted ?? { leg: 'exit' });
  const deadline = barTime + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
}

function movedPrice(price: number, action: Action): number {
  const factor = { up: 1.025, down: 0.98, 'crash-of-price': 0.92 }[action as string] ?? 1;
  return Math.round(price * factor * 100) / 100;
}

/** What goes wrong is told, and the day goes on; what is a fault of ours ends it. */
async function borne(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AlphaloomError) && !(error instanceof Crash)) throw error;
  }
}
