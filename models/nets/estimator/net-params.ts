import { z } from 'zod';
import { SCHEDULES } from '../training/learning-rate.ts';

/**
 * What every net's recipe may say of its training. Weights of classes are the recipe's `train.classWeights`; `imbalance`
 * says how they act: in the loss (`weights`), in a focal loss, or by how often rows are drawn (`sampling`).
 */
export const NET_PARAMS = {
  /** Bars in a window. */
  steps: z.int().min(1).max(1_000).default(60),
  epochs: z.int().min(1).max(10_000).default(30),
  /** Rows per step; at most the training rows. */
  batch_size: z.int().min(1).max(4_096).default(64),
  /** Learning rate at its highest. */
  lr: z.number().min(1e-9).default(0.001),
  optimizer: z.enum(['adamw', 'adam', 'sgd']).default('adamw'),
  /** Of `sgd`. */
  momentum: z.number().min(0).lt(1).default(0.9),
  weight_decay: z.number().min(0).max(1).default(0.01),
  /** The most that the gradient's norm may be. */
  clip_norm: z.number().min(1e-6).max(1e6).default(1),
  dropout: z.number().min(0).max(0.95).default(0.2),
  /** Epochs without a better validation loss after which training ends. */
  patience: z.int().min(1).max(10_000).default(5),
  schedule: z.enum(SCHEDULES).default('cosine'),
  /** Epochs, or parts of one, over which the rate rises. */
  warmup_epochs: z.number().min(0).max(1_000).default(0.5),
  /** Where cosine and plateau end, as a share of `lr`. */
  lr_floor: z.number().min(0).max(1).default(0.01),
  /** What the plateau schedule multiplies the rate with, and the epochs without progress it waits. */
  plateau_factor: z.number().gt(0).lt(1).default(0.5),
  plateau_patience: z.int().min(0).max(1_000).default(2),
  imbalance: z.enum(['weights', 'focal', 'sampling', 'none']).default('weights'),
  /** How much less the focal loss counts rows that are right already. */
  focal_gamma: z.number().gt(0).max(10).default(2),
  /** The share of a label that is spread over all classes. */
  label_smoothing: z.number().min(0).max(0.9).default(0),
  /** What the task `return` minimises: the squared error, or Huber’s with its bend at one deviation of the target. */
  loss: z.enum(['l2', 'huber']).default('huber'),
  /** Inputs are held within so many deviations of the training mean. */
  input_clip: z.number().gt(0).max(1_000).default(5),
} as const;

const common = z.strictObject(NET_PARAMS);

export type NetParams = z.infer<typeof common>;

/** Sizes of hidden layers. */
export const units = (size: number) => z.int().min(1).max(2_048).default(size);
export const layers = (count: number) => z.int().min(1).max(12).default(count);
