import type { CloseCommit } from '../../../trading/ledger/records.ts';
import { openSqliteLedger } from '../../../trading/ledger/sqlite-ledger.ts';
import { bar, close, decided, entry, parts } from './fixtures.ts';

// Commits closes [first, last) at once, over two connections, and prints what each got: `slot`: each of a symbol of its own,
// entering where no slot is taken; `bar`: all of the same bar, each wanting another quantity.
const [path, fence, kind, first, last] = process.argv.slice(2);
const ledgers = await Promise.all([0, 1].map(() => openSqliteLedger(path, parts)));
const lease = { owner: 'test', fence: Number(fence), renew: async () => {}, release: async () => {} };

function commit(n: number): CloseCommit {
  if (kind === 'bar') return close([bar()], of => [entry(of, { quantity: `${n + 1}` })]);
  const of = bar(`C${n}USDT`);
  return {
    ...close([of]),
    decide: ({ slots }, undecided) => decided(undecided, other => (slots.length === 0 ? [entry(other)] : [])),
  };
}

const calls = Array.from({ length: Number(last) - Number(first) }, async (_, n) => {
  const { planned, decisions } = await ledgers[n % 2].commitClose(lease, commit(Number(first) + n));
  console.log(
    JSON.stringify({
      planned: planned.map(({ clientOrderId, quantity }) => ({ clientOrderId, quantity })),
      decisions,
    }),
  );
});
await Promise.all(calls);
for (const ledger of ledgers) ledger.close();
