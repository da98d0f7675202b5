import assert from 'node:assert/strict';
import { Decimal } from 'decimal.js';
import { settleAccount } from '../../trading/settle.ts';
import { ACCOUNT, type Rig, SYMBOL } from './rig.ts';

/** Works on the account until nothing is uncertain any more. */
export async function settleDown(rig: Rig): Promise<void> {
  const { ledger, clock } = rig;
  const desk = await rig.desk();
  for (let round = 0; round < 30; round++) {
    await settleAccount(desk, { deadline: clock.now() + 30_000 });
    await clock.sleep(2_500);
    const uncertain = ledger.openOrders(ACCOUNT).filter(({ status }) => status !== 'open');
    if (uncertain.length === 0 && clock.now() > lastChange(rig) + 2_000) break;
  }
  await Promise.allSettled(rig.late);
}

/** The exchange’s book and the ledger say the same: nothing sent twice, no fill lost, no position alone. */
export function assertAgreement({ exchange, ledger }: Rig): void {
  for (const [id, posts] of exchange.posts) assert.equal(posts, 1, `order ${id} was posted ${posts} times`);
  const booked = ledger.fills(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER });
  assert.deepEqual(
    booked.map(({ tradeId }) => Number(tradeId)).sort((a, b) => a - b),
    [...exchange.trades.keys()].map(index => index + 1),
  );
  assert.deepEqual(ledger.check(ACCOUNT), []);
  const position = ledger.positions(ACCOUNT).find(({ symbol }) => symbol === SYMBOL);
  const dust = ledger.dust(ACCOUNT).find(({ symbol }) => symbol === SYMBOL)?.quantity ?? '0';
  assert.equal(exchange.base.toFixed(), new Decimal(position?.quantity ?? 0).plus(dust).toFixed(), 'coins');
  const resting = exchange.orders.filter(({ status }) => status === 'open').map(({ order }) => order);
  const open = ledger.openOrders(ACCOUNT).map(({ clientOrderId }) => clientOrderId);
  assert.deepEqual(
    resting.map(({ clientOrderId }) => clientOrderId),
    open,
    'orders that rest',
  );
  if (position === undefined) {
    assert.deepEqual(resting, [], 'an order rests without a position');
  } else {
    const stops = resting.filter(({ type }) => type === 'stop');
    assert.equal(stops.length, 1, `a position of ${position.quantity} has ${stops.length} stops`);
    assert.equal(
      stops[0].quantity,
      new Decimal(position.quantity).toDecimalPlaces(5, Decimal.ROUND_DOWN).toFixed(),
    );
  }
}

function lastChange({ ledger }: Rig): number {
  const orders = ledger.orders(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER });
  return Math.max(0, ...orders.map(({ updatedTime }) => updatedTime));
}
