import type { ExitPlan } from '../../contracts/intents.ts';
import type { Desk } from '../../trading/desk.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { decided, type FakeRig, MINUTE, START, STOP_ONLY, SYMBOL } from './rig.ts';

/** A part of an account’s day; run again after a crash it goes on where it was. */
export type Step = (desk: Desk, rig: FakeRig) => Promise<unknown>;

const LADDER: ExitPlan = {
  ...STOP_ONLY,
  targets: [
    { distance: { unit: 'percent', value: 2 }, share: 0.5 },
    { distance: { unit: 'percent', value: 4 }, share: 0.5 },
  ],
};
const TRAILING: ExitPlan = { ...STOP_ONLY, trailing: { distance: 3, after: 2 } };

async function close(desk: Desk, barTime: number, order: Parameters<typeof decided>[2]): Promise<void> {
  const { planned, cancels } = await decided(desk, barTime, order);
  const deadline = barTime + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: 50, maxSpreadBps: 50 });
}

const enter =
  (exits: ExitPlan, terms: { type?: 'limit'; price?: string } = {}): Step =>
  desk =>
    close(desk, START, { leg: 'entry', exits, ...terms });
const leave: Step = (desk, { clock }) => {
  clock.advance(Math.max(0, START + 2 * MINUTE + 100 - clock.now()));
  return close(desk, START + MINUTE, { leg: 'exit' });
};
const price =
  (value: number): Step =>
  (_, { world }) =>
    world.move(value);
const fillsInPart: Step = async (_, { exchange }) => {
  exchange.fillShare = 0.4;
};
const fillsTheRest: Step = async (_, { exchange }) => exchange.fillRest();
const settle: Step = (desk, { clock }) => settleAccount(desk, { deadline: clock.now() + 20_000 });
const keep: Step = (desk, { clock }) => keepPositions(desk, { bars: [], deadline: clock.now() + 20_000 });
const barCloses =
  (high: number): Step =>
  (desk, { clock }) => {
    const bars = [{ symbol: SYMBOL, barTime: START + MINUTE, high, low: 99 }];
    return keepPositions(desk, { bars, deadline: clock.now() + 20_000 });
  };
const flatten: Step = desk => flattenAccount(desk, { symbols: null, actor: 'test', operationId: 'flatten' });

export const STORIES: Readonly<Record<string, readonly Step[]>> = {
  'a stop is hit': [enter(STOP_ONLY), price(94), settle],
  'a position is left by signal': [enter(STOP_ONLY), leave],
  'an entry fills in parts': [fillsInPart, enter(STOP_ONLY), settle, fillsTheRest, settle],
  'a limit entry waits, then fills': [
    enter(STOP_ONLY, { type: 'limit', price: '99' }),
    settle,
    price(98.9),
    settle,
  ],
  'targets are taken one by one': [enter(LADDER), price(102.5), keep, price(104.5), keep],
  'a trailing stop follows, then ends it': [enter(TRAILING), price(105), barCloses(106), price(102), settle],
  'everything is closed': [enter(STOP_ONLY), flatten],
};
