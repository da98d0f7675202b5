import type { Command } from 'commander';
import type { Setting } from '../contracts/search.ts';
import type { Settings } from '../contracts/trials.ts';
import { integer, number } from './arguments.ts';

/** Options of `train` that stand for a parameter of the recipe's estimator. */
export interface TrainingFlags {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
}

const PARAMETERS = { epochs: 'epochs', batchSize: 'batch_size', lr: 'lr' } as const;

export function addTrainingFlags(command: Command): void {
  command
    .option(
      '--epochs <count>',
      'of a net: passes over the training rows (train.params.epochs)',
      integer(1, 1e6),
    )
    .option('--batch-size <rows>', 'of a net: rows per step (train.params.batch_size)', integer(1, 1e6))
    .option('--lr <rate>', 'of a net: learning rate (train.params.lr)', number);
}

/** As changes of the recipe, whose estimator refuses what it has no parameter for. */
export function trainingOverrides(flags: TrainingFlags): Record<string, number> {
  const overrides: Record<string, number> = {};
  for (const flag of Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[]) {
    const value = flags[flag];
    if (value !== undefined) overrides[`train.params.${PARAMETERS[flag]}`] = value;
  }
  return overrides;
}

/** Changes of a recipe as the log of trials keeps them; whole sections as JSON. */
export function asSettings(overrides: Readonly<Record<string, unknown>>): Settings {
  return Object.fromEntries(
    Object.entries(overrides).map(([path, value]) => [
      path,
      isSetting(value) ? value : JSON.stringify(value),
    ]),
  );
}

function isSetting(value: unknown): value is Setting {
  if (Array.isArray(value)) return value.length > 0 && value.every(item => typeof item === 'string');
  return ['number', 'boolean', 'string'].includes(typeof value);
}
