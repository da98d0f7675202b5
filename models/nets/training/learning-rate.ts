import { afterEpoch, cosineRate, type PlateauState } from '../schedules.ts';

export const SCHEDULES = ['constant', 'cosine', 'plateau'] as const;

export interface RateSettings {
  readonly schedule: (typeof SCHEDULES)[number];
  /** Reached after the warm-up. */
  readonly peak: number;
  /** What a falling schedule ends at. */
  readonly floor: number;
  /** Steps over which the rate rises in a line. */
  readonly warmUpSteps: number;
  /** Of the whole training, were it not stopped early. */
  readonly steps: number;
  /** What the plateau schedule multiplies the rate with. */
  readonly factor: number;
  /** Epochs without a better loss that the plateau schedule lets pass. */
  readonly patience: number;
}

/** As PyTorch's ReduceLROnPlateau by default. */
const PLATEAU_THRESHOLD = 1e-4;

/** @param step the one about to be made, from 1 */
export function rateAt(settings: RateSettings, step: number, plateau: PlateauState): number {
  const { schedule, peak, warmUpSteps } = settings;
  if (schedule === 'cosine') return cosineRate(step, settings);
  const rate = schedule === 'plateau' ? plateau.rate : peak;
  return step < warmUpSteps ? (rate * step) / warmUpSteps : rate;
}

export function plateauStart({ peak }: RateSettings): PlateauState {
  return { rate: peak, bestLoss: null, badEpochs: 0 };
}

/** @param loss of the validation rows */
export function plateauAfter(state: PlateauState, loss: number, settings: RateSettings): PlateauState {
  return settings.schedule === 'plateau'
    ? afterEpoch(state, loss, { ...settings, threshold: PLATEAU_THRESHOLD })
    : state;
}
