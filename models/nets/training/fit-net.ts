import { AlphaloomError } from '../../../contracts/errors.ts';
import type { FitProgress } from '../../../contracts/training.ts';
import type { TrainingGraph } from '../training-graph.ts';
import { TrainingSession } from '../training-session.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoints.ts';
import { type FitSnapshot, type FitState, firstState, type Tensors } from './fit-state.ts';
import { plateauAfter, plateauStart, type RateSettings, rateAt } from './learning-rate.ts';
import { BatchLoader, type NetRows } from './net-rows.ts';
import type { Objective } from './objective.ts';
import type { RowOrder } from './row-order.ts';
import { meanLoss, scoreRows } from './validation-loss.ts';

/** A training, ready to run. */
export interface FitPlan {
  /** Its batch is at most the number of training rows; what is left of an epoch after whole batches waits for another one. */
  readonly graph: TrainingGraph;
  readonly threads: number;
  readonly training: NetRows;
  readonly validation: NetRows;
  readonly order: RowOrder;
  readonly objective: Objective;
  readonly rates: RateSettings;
  readonly epochs: number;
  /** Epochs without a better validation loss after which it ends. */
  readonly patience: number;
  /** For checkpoints. */
  readonly workFolder: string;
  /** Of all that the result depends on: a checkpoint of another training is left alone. */
  readonly identity: string;
}

export interface FitHooks {
  onProgress(progress: FitProgress): void;
  /** For the time left. */
  monotonicMs(): number;
}

/** Halvings of the rate that a training may need before it is given up. */
const MAX_HALVINGS = 3;

/** Losses here are of the order of 1 at the first step: beyond this, weights have left all bounds. */
const EXPLODED_LOSS = 1e4;

/**
 * Trains epoch by epoch, a checkpoint after each; goes on from the newest one it finds. The same plan gives the same
 * snapshot, however often it was killed on the way.
 * @throws AlphaloomError TRAINING_FAILED, DISK_FULL, PERMISSION_DENIED
 */
export async function fitNet(plan: FitPlan, hooks: FitHooks): Promise<FitSnapshot> {
  const session = await TrainingSession.open(plan.graph, plan.threads);
  try {
    let now = (await readCheckpoint(plan.workFolder, plan.identity)) ?? start(plan, session);
    session.restore({ steps: now.state.applied, tensors: now.last });
    const clock = new Clock(plan, now.state.tried, hooks);
    const loader = new BatchLoader(plan.training, plan.graph.batch);
    while (!isFinished(plan, now.state)) {
      const state = await trainEpoch(plan, session, loader, now, hooks, clock);
      now = await judgeEpoch(plan, session, { ...now, state });
      await writeCheckpoint(plan.workFolder, plan.identity, now);
      hooks.onProgress(clock.progress(now.state, now.state.losses.validation.at(-1) ?? null, 0));
    }
    if (now.best) return now;
    throw diverged(plan, 'No epoch ended with a finite validation loss');
  } finally {
    await session.dispose();
  }
}

function stepsPerEpoch({ training, graph }: Pick<FitPlan, 'training' | 'graph'>): number {
  return Math.floor(training.label.length / graph.batch);
}

function start(plan: FitPlan, session: TrainingSession): FitSnapshot {
  return { state: firstState(plateauStart(plan.rates)), last: session.state().tensors, best: null };
}

function isFinished({ epochs, patience }: FitPlan, { epoch, best }: FitState): boolean {
  return epoch >= epochs || epoch - (best?.epoch ?? 0) >= patience;
}

/** The batches of one epoch; the state after it, its validation loss not yet known. */
async function trainEpoch(
  plan: FitPlan,
  session: TrainingSession,
  loader: BatchLoader,
  { state, last }: FitSnapshot,
  hooks: FitHooks,
  clock: Clock,
): Promise<FitState> {
  const { batch } = plan.graph;
  const epoch = state.epoch + 1;
  const rows = plan.order(epoch);
  const steps = stepsPerEpoch(plan);
  const sound = { loss: 0, steps: 0 };
  let { tried, halvings } = state;
  for (let step = 0; step < steps; step++) {
    tried += 1;
    const rate = rateAt(plan.rates, tried, state.plateau) * 0.5 ** halvings;
    const chosen = rows.subarray(step * batch, (step + 1) * batch);
    const { isApplied, loss } = await session.step(loader.load(chosen), rate, tried);
    if (isApplied && loss < EXPLODED_LOSS) {
      sound.loss += loss;
      sound.steps += 1;
    } else {
      // Whatever led there is undone too: a step may ruin weights that only the next one's loss shows.
      session.restore({ steps: state.applied, tensors: last });
      halvings += 1;
      if (halvings > MAX_HALVINGS) {
        throw diverged(
          plan,
          `Step ${tried} has the loss ${loss} though the rate was halved ${MAX_HALVINGS} times`,
        );
      }
    }
    const soFar = state.losses.validation.at(-1) ?? (sound.steps > 0 ? sound.loss / sound.steps : null);
    hooks.onProgress(clock.progress(state, soFar, step + 1));
  }
  const loss = sound.steps > 0 ? sound.loss / sound.steps : null;
  const losses = { ...state.losses, training: [...state.losses.training, loss] };
  return { ...state, epoch, tried, applied: session.steps, halvings, losses };
}

/** Validates what an epoch has brought, and keeps it if it is the best so far. */
async function judgeEpoch(
  plan: FitPlan,
  session: TrainingSession,
  { state, best: bestTensors }: FitSnapshot,
): Promise<FitSnapshot> {
  const { graph, validation, objective, rates } = plan;
  const { outputs, evaluationBatch } = graph;
  const scores = await scoreRows(session, validation, outputs, evaluationBatch);
  const loss = meanLoss(scores, outputs, validation, objective);
  const isSound = loss < EXPLODED_LOSS;
  const isBest = isSound && loss < (state.best?.loss ?? Number.POSITIVE_INFINITY);
  const last = session.state().tensors;
  return {
    state: {
      ...state,
      plateau: isSound ? plateauAfter(state.plateau, loss, rates) : state.plateau,
      best: isBest ? { epoch: state.epoch, loss } : state.best,
      losses: { ...state.losses, validation: [...state.losses.validation, isSound ? loss : null] },
    },
    last,
    best: isBest ? evaluated(graph, last) : bestTensors,
  };
}

/** Weights and running statistics: what a score depends on. */
export function evaluated({ state }: TrainingGraph, tensors: Tensors): Tensors {
  const names = state.filter(({ isEvaluated }) => isEvaluated).map(({ name }) => name);
  return Object.fromEntries(names.map(name => [name, tensors[name]]));
}

function diverged({ rates }: FitPlan, what: string): AlphaloomError {
  return new AlphaloomError(
    'TRAINING_FAILED',
    `${what}: the training diverged. ` +
      `Lower train.params.lr (it is ${rates.peak}), raise warmup_epochs, or lower clip_norm.`,
    { lr: rates.peak },
  );
}

/** Tells how far a training is, and how long it will take at the present speed. */
class Clock {
  readonly #plan: FitPlan;
  readonly #startedMs: number;
  readonly #startedAt: number;
  readonly #monotonicMs: () => number;

  constructor(plan: FitPlan, tried: number, { monotonicMs }: FitHooks) {
    this.#plan = plan;
    this.#startedAt = tried;
    this.#startedMs = monotonicMs();
    this.#monotonicMs = monotonicMs;
  }

  /** @param step of the epoch after those that are done; 0 between epochs */
  progress({ epoch, best }: FitState, loss: number | null, step: number): FitProgress {
    const { epochs } = this.#plan;
    const steps = stepsPerEpoch(this.#plan);
    const done = epoch * steps + step;
    const perStepMs = (this.#monotonicMs() - this.#startedMs) / Math.max(1, done - this.#startedAt);
    return {
      ...{ round: epoch, rounds: epochs, step, steps },
      secondsLeft: Math.round(((epochs * steps - done) * perStepMs) / 1_000),
      ...{ loss, bestRound: best?.epoch ?? 0, bestLoss: best?.loss ?? null },
    };
  }
}
