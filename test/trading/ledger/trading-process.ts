import type { LedgerOrder } from '../../../trading/ledger/records.ts';
import { openSqliteLedger } from '../../../trading/ledger/sqlite-ledger.ts';
import {
  ACCOUNT,
  bar,
  close,
  entry,
  fill,
  granted,
  key,
  MINUTE,
  outcome,
  parts,
  START,
  send,
  terms,
} from './fixtures.ts';

// Opens and closes positions, bar after bar from a first one on, saying of each order that it is filled, until it is killed.
const [path, first] = process.argv.slice(2);
const ledger = await openSqliteLedger(path, parts);
const lease = await ledger.takeLease({ owner: `process ${process.pid}`, now: START, takeOver: true });

async function filled(sent: LedgerOrder): Promise<void> {
  const now = sent.sentAt!;
  const fills = [fill(sent, { tradeId: sent.clientOrderId, time: now })];
  await ledger.recordOutcome(lease, outcome(sent, { fills, now }));
  console.log(JSON.stringify(sent.clientOrderId));
}

// What the process before left: what it sent was filled meanwhile, what it planned is too late.
for (const left of ledger.openOrders(ACCOUNT)) {
  if (left.status === 'planned') await ledger.withdraw(lease, left.clientOrderId, 'too-late', START);
  else await filled(left);
}
for (let n = Number(first); ; n++) {
  const of = bar('BTCUSDT', START + n * MINUTE);
  const sentAt = of.barTime + MINUTE;
  const { planned } = await ledger.commitClose(
    lease,
    close([of], other => [entry(other)]),
  );
  if (planned.length > 0)
    await filled(granted(await ledger.beginSending(lease, send(planned[0], { sentAt }))));
  const { attempt: _, ...name } = key('exit', of);
  const leave = { key: name, terms: terms({ side: 'sell' }), decisionPrice: '100', now: sentAt };
  const exit = await ledger.planExit(lease, leave);
  if (exit) await filled(granted(await ledger.beginSending(lease, send(exit, { sentAt }))));
}
