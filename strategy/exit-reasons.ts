import type { ExitReason } from '../contracts/backtest.ts';

/** Reasons by the number that a state holds them as; 0 is none. */
export const EXIT_REASONS = [
  null,
  'stop',
  'trailing',
  'target',
  'time',
  'signal',
  'liquidation',
  'end',
] as const satisfies readonly (ExitReason | null)[];

/** Numbers of `EXIT_REASONS`. */
export const REASON = {
  none: 0,
  stop: 1,
  trailing: 2,
  target: 3,
  time: 4,
  signal: 5,
  liquidation: 6,
  end: 7,
} as const;
