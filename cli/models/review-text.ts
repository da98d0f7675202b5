import type { Review, ReviewedVersion } from '../../contracts/probation.ts';
import { basisPoints, decimals, percent } from '../../contracts/wording.ts';
import { renderTable } from '../table.ts';

/** The champion and the one before it side by side, on the bars since the promotion. */
export function renderReview({ champion, previous }: Review): string {
  const rows = [champion, ...(previous ? [previous] : [])];
  return renderTable<ReviewedVersion>(rows, [
    { title: 'version', cell: row => `v${row.version}${row === champion ? ' (champion)' : ''}` },
    { title: 'answers', cell: row => row.fault?.code ?? 'soundly' },
    { title: 'ms', align: 'right', cell: row => row.latencyMs?.toFixed(2) },
    { title: 'mcc', align: 'right', cell: row => row.score && decimals(row.score.metrics.mcc) },
    {
      title: 'dir. AUC',
      align: 'right',
      cell: row => row.score && decimals(row.score.metrics.directionalAuc),
    },
    { title: 'trades', align: 'right', cell: row => row.score?.backtest.trades },
    {
      title: 'net/trade',
      align: 'right',
      cell: row => row.score && basisPoints(row.score.backtest.meanNetReturn),
    },
    {
      title: 'net return',
      align: 'right',
      cell: row => row.score && percent(row.score.backtest.totalNetReturn),
    },
  ]);
}
