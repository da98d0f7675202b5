// Environment steps a second without a net; then PPO's curve on a market with a planted edge, beside stable-baselines3 on the
// same market, settings and steps.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { copyWindows, windowTable } from '../features/window.ts';
import { parsePpoParams } from '../models/estimators/ppo-params.ts';
import { fitPolicy } from '../models/reinforcement/fit-policy.ts';
import { TradingEnvironments } from '../models/reinforcement/trading-environments.ts';
import { COSTS, LABELS, plantedMarket } from '../test/models/reinforcement/planted-market.ts';
import { report } from './measure.ts';
import { benchMarket } from './ppo-market.ts';
import { benchPython } from './python.ts';

const SEEDS = [1, 2, 3];
const THREADS = 1;
const PARAMS = parsePpoParams({
  ...{ iterations: 20, patience: 20, steps: 8, n_envs: 16, n_steps: 128, batch_size: 256, hidden: 32 },
  ...{ learning_rate: 0.001, episode_steps: 128 },
});
const PARTS = 4;

interface Reference {
  readonly fixedRewards: number;
  readonly stepsPerSecond: number;
  /** Mean episode return per iteration, of each seed. */
  readonly curves: readonly (readonly (number | null)[])[];
  readonly seconds: number;
}

const planted = plantedMarket(8_000, 3);
const { market, starts, write } = benchMarket(planted, PARAMS.steps);
const folder = await mkdtemp(join(tmpdir(), 'alphaloom-bench-'));
try {
  const speed = Math.max(...[1, 2, 3].map(() => environmentSteps()));
  const ours = await train();
  const reference = await askPython();
  const agrees =
    reference === null ||
    Math.abs(reference.fixedRewards - fixedRewards()) < 1e-9 * reference.fixedRewards ** 2;
  const name = reference ? 'stable-baselines3' : 'stable-baselines3 (not installed)';
  const steps = PARAMS.iterations * PARAMS.n_envs * PARAMS.n_steps;
  report('ppo', [
    {
      work: `environment steps a second, no net, observations of 60 × 15 copied${agrees ? '' : ': OTHER REWARDS THAN THE REFERENCE'}`,
      ours: speed,
      reference: reference?.stepsPerSecond ?? null,
      reference_name: 'numpy, 64 at once, observations of 8 × 4',
      unit: 'steps/s',
      ratio: reference && speed / reference.stepsPerSecond,
      target: '>= 20,000',
      holds: agrees && speed >= 20_000,
    },
    ...Array.from({ length: PARTS }, (_, part) => {
      const own = partMean(ours.curves, part);
      const theirs = reference && partMean(reference.curves, part);
      const isLast = part === PARTS - 1;
      return {
        work: `mean episode return, steps ${(steps * part) / PARTS} to ${(steps * (part + 1)) / PARTS}, ${SEEDS.length} seeds`,
        ours: own,
        reference: theirs,
        reference_name: name,
        unit: 'log equity',
        ratio: theirs && own / theirs,
        target: isLast ? '>= 0.9 x' : 'shown',
        holds: isLast && theirs !== null ? own >= 0.9 * theirs : null,
      };
    }),
    {
      work: `${SEEDS.length} trainings of ${steps} steps, validation and checkpoints in ours`,
      ours: ours.seconds,
      reference: reference?.seconds ?? null,
      reference_name: `${name}, ${THREADS} thread`,
      unit: 's',
      ratio: reference && ours.seconds / reference.seconds,
      target: '<= 1 x',
      holds: reference && ours.seconds <= reference.seconds,
    },
  ]);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Of 64 environments, each observation written out as a net would be fed. */
function environmentSteps(): number {
  const count = 64;
  const rounds = 5_000;
  const { steps, features } = { steps: 60, features: 15 };
  const columns = Array.from({ length: features }, () => new Float32Array(market.candles.close.length));
  const ends = Int32Array.from({ length: columns[0].length - steps + 1 }, (_, at) => at + steps - 1);
  const windows = windowTable(columns, ends, steps);
  const observation = new Float32Array(count * steps * features);
  const world = environments(
    count,
    starts.filter(bar => bar >= steps),
    (environment, episode) => ((environment * 7 + episode * 13) % 97) / 97,
  );
  const actions = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    world.step(actions);
    for (let i = 0; i < count; i++) {
      const at = world.bar[i] - steps + 1;
      const width = steps * features;
      copyWindows(windows, at, at + 1, observation.subarray(i * width, (i + 1) * width));
    }
  }
  return (count * rounds * 1_000) / (performance.now() - started);
}

/** What the reference computes too. */
function fixedRewards(): number {
  const count = 8;
  const stride = Math.floor(starts.length / count);
  const world = environments(count, starts, environment => (environment * stride + 0.5) / starts.length);
  let total = 0;
  for (let step = 0; step < 2_000; step++) {
    world.step(Uint8Array.from({ length: count }, (_, i) => (step * 7 + i * 3) % 3));
    for (const reward of world.reward) total += reward;
  }
  return total;
}

function environments(
  count: number,
  from: Int32Array,
  draw: (environment: number, episode: number) => number,
) {
  const { episode_steps: maxSteps, ruin_equity: ruinEquity } = PARAMS;
  return new TradingEnvironments(market, { starts: from, maxSteps, ruinEquity, draw }, count, ignore, ignore);
}

async function train() {
  const started = performance.now();
  const curves: (number | null)[][] = [];
  for (const seed of SEEDS) {
    const { history } = await fitPolicy(
      {
        dataset: planted.dataset,
        market: { candles: planted.candles, labels: LABELS, costs: COSTS, market: 'swap' },
        params: PARAMS,
        seed,
        threads: THREADS,
        workFolder: join(folder, `work-${seed}`),
      },
      { onProgress: ignore },
    );
    curves.push(history.iterations.map(({ meanEpisodeReturn }) => meanEpisodeReturn));
  }
  return { curves, seconds: (performance.now() - started) / 1_000 };
}

/** Null where Python or its packages can't be had. */
async function askPython(): Promise<Reference | null> {
  const python = await benchPython(['numpy', 'torch', 'stable_baselines3']);
  if (python === null) return null;
  await write(folder, {
    ...PARAMS,
    seeds: SEEDS,
    threads: THREADS,
    perSideBps: COSTS.feeBps + COSTS.halfSpreadBps + COSTS.slippageBps,
    horizonBars: LABELS.horizonBars,
    barrier: LABELS.upAtr,
    ruinEquity: PARAMS.ruin_equity,
    episodeSteps: PARAMS.episode_steps,
  });
  const script = join(import.meta.dirname, 'ppo-reference.py');
  const { stdout } = await execa(python, [script, folder], { stderr: 'inherit' });
  return JSON.parse(stdout);
}

/** Of all seeds over one part of the iterations. */
function partMean(curves: Reference['curves'], part: number): number {
  const size = PARAMS.iterations / PARTS;
  const values = curves
    .flatMap(curve => curve.slice(part * size, (part + 1) * size))
    .filter(value => value !== null);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ignore(): void {}
