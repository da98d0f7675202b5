import { leaderRegression, leaderReturn } from '../kernels/leader.ts';
import type { CatalogLine } from './line.ts';

const AS_OF = 'as of the bar’s close';
const LEADER_SOURCE = `log return of the leading market, ${AS_OF}`;
const EXCESS_SOURCE = `log return less the leading market’s, ${AS_OF}`;
const CORRELATION_SOURCE = `Pearson’s r of log returns, ${AS_OF}`;
const BETA_SOURCE = `Sharpe (1963): cov / var of the leader’s log returns, ${AS_OF}`;

const OVER_1 = { kernel: leaderReturn, parameters: { period: 1 }, lookBack: 1, unit: 'log return' } as const;
const OVER_4 = { kernel: leaderReturn, parameters: { period: 4 }, lookBack: 4, unit: 'log return' } as const;
const OVER_12 = {
  kernel: leaderReturn,
  parameters: { period: 12 },
  lookBack: 12,
  unit: 'log return',
} as const;
const LAST_50 = { kernel: leaderRegression, parameters: { period: 50 }, lookBack: 50 } as const;
const LAST_100 = { kernel: leaderRegression, parameters: { period: 100 }, lookBack: 100 } as const;

// biome-ignore format: one line per feature
export const LEADER: readonly CatalogLine[] = [
  { name: 'leader_return_1', ...OVER_1, output: 'leader', source: LEADER_SOURCE, version: 1 },
  { name: 'leader_return_4', ...OVER_4, output: 'leader', source: LEADER_SOURCE, version: 1 },
  { name: 'leader_return_12', ...OVER_12, output: 'leader', source: LEADER_SOURCE, version: 1 },
  { name: 'excess_return_1', ...OVER_1, output: 'excess', source: EXCESS_SOURCE, version: 1 },
  { name: 'excess_return_4', ...OVER_4, output: 'excess', source: EXCESS_SOURCE, version: 1 },
  { name: 'excess_return_12', ...OVER_12, output: 'excess', source: EXCESS_SOURCE, version: 1 },
  { name: 'leader_correlation_50', ...LAST_50, output: 'correlation', unit: '-1 to 1', source: CORRELATION_SOURCE, version: 1 },
  { name: 'leader_correlation_100', ...LAST_100, output: 'correlation', unit: '-1 to 1', source: CORRELATION_SOURCE, version: 1 },
  { name: 'leader_beta_50', ...LAST_50, output: 'beta', unit: 'ratio', source: BETA_SOURCE, version: 1 },
  { name: 'leader_beta_100', ...LAST_100, output: 'beta', unit: 'ratio', source: BETA_SOURCE, version: 1 },
  { name: 'leader_residual_50', ...LAST_50, output: 'residual', unit: 'standard errors', source: 'ordinary least squares on the leader, the bar included', version: 1 },
];
