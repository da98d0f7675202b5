import assert from 'node:assert/strict';
import { Decimal } from 'decimal.js';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { ACCOUNT, type Rig, SYMBOL } from './rig.ts';

/** Works on the account until nothing is uncertain any more. */
export async function settleDown(rig: Rig): Promise<void> {
  const { ledger, clock, world } = rig;
  world.calm();
  const desk = await rig.desk();
  // What a process died over, or broke off, its workflow goes on with.
  if (ledger.account(ACCOUNT).state === 'flattening')
    await flattenAccount(desk, { symbols: null, actor: 'test', operationId: 'settle-down' });
  for (let round = 0; round < 30; round++) {
    await settleAccount(desk, { deadline: clock.now() + 30_000 });
    await clock.sleep(2_500);
    const open = ledger.openOrders(ACCOUNT);
    const isCertain = open.every(({ status }) => status === 'open');
    const isAlone = ledger.positions(ACCOUNT).length > 0 && !open.some(({ leg }) => leg === 'stop');
    if (round >= 3 && isCertain && !isAlone && clock.now() > lastChange(rig) + 2_000) break;
  }
  await Promise.allSettled(rig.late);
}

/**
 * The exchange’s book and the ledger say the same: nothing sent twice, no fill lost, no position alone.
 * @param most what one order at market may be, in base; a stop covers no more
 */
export function assertAgreement({ world, ledger }: Pick<Rig, 'world' | 'ledger'>, most?: string): void {
  const { repeated, tradeIds, coins, resting } = world.truth();
  assert.deepEqual(repeated, [], 'orders that came in more than once');
  const booked = ledger.fills(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER });
  assert.deepEqual(booked.map(({ tradeId }) => tradeId).sort(), tradeIds.toSorted(), 'fills');
  assert.deepEqual(ledger.check(ACCOUNT), []);
  const position = ledger.positions(ACCOUNT).find(({ symbol }) => symbol === SYMBOL);
  const dust = ledger.dust(ACCOUNT).find(({ symbol }) => symbol === SYMBOL)?.quantity ?? '0';
  const held = new Decimal(position?.quantity ?? 0);
  assert.equal(coins, held.plus(dust).toFixed(), 'coins');
  const open = ledger.openOrders(ACCOUNT).map(({ clientOrderId }) => clientOrderId);
  const standing = resting.map(({ clientOrderId }) => clientOrderId);
  assert.deepEqual(standing.toSorted(), open.toSorted(), 'orders that rest');
  const stops = resting.filter(({ isStop }) => isStop);
  if (position === undefined) {
    assert.deepEqual(stops, [], 'a stop rests without a position');
  } else {
    assert.equal(stops.length, 1, `a position of ${position.quantity} has ${stops.length} stops`);
    const covered = Decimal.min(held.abs(), most ?? held.abs());
    assert.equal(stops[0].quantity, covered.toDecimalPlaces(5, Decimal.ROUND_DOWN).toFixed());
  }
}

function lastChange({ ledger }: Rig): number {
  const orders = ledger.orders(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER });
  return Math.max(0, ...orders.map(({ updatedTime }) => updatedTime));
}
