import { warmUpOf } from '../../inference/answer-bars.ts';
import { type Random, randomIndex, seededRandom } from '../../statistics/random.ts';
import { type ChainRun, type ChainSpec, inputsOf, runChain } from './chain.ts';
import { compareRuns } from './compare-runs.ts';
import { changedHistory, cutHistory, type History, joined } from './futures.ts';
import type { Future, LookAheadFinding, LookAheadReport } from './report.ts';

export interface LookAheadOptions {
  /** Moments after which the bars are cut off, and then changed. */
  readonly cuts: number;
  readonly seed: number;
  /** Answers and decisions of the last so many bars are compared; features are of all bars before a moment. */
  readonly askedBars: number;
  onProgress?(done: number, all: number): void;
}

export const DEFAULT_LOOK_AHEAD = { cuts: 20, seed: 1, askedBars: 5_000 } as const;

/**
 * Runs the whole chain (features, model, decision, strategy) on all bars, and again at random moments on what was known
 * then, and on a future with other prices: whatever it said up to that moment must stay, bit for bit. First all is played
 * once more on the same bars: what hangs on chance or on an earlier run differs already there. The same input gives the
 * same report. O(cuts × bars).
 * @throws AlphaloomError of whatever the chain refuses; RangeError where fewer than three bars could be asked about
 */
export async function auditLookAhead(
  spec: ChainSpec,
  history: History,
  { cuts, seed, askedBars, onProgress }: LookAheadOptions,
): Promise<LookAheadReport> {
  const count = history.bars.close.length;
  const inputs = inputsOf(spec);
  const warmUp = inputs === null ? 0 : warmUpOf(inputs);
  const fromBar = Math.max(warmUp, count - askedBars);
  if (count - fromBar < LEAST_BARS)
    throw new RangeError(
      `${count} bars leave fewer than ${LEAST_BARS} to ask about after ${warmUp} of warm-up.`,
    );
  const random = seededRandom(seed);
  const audit = new RunningAudit(await runChain(spec, joined(history), fromBar, count), fromBar);
  audit.add(await runChain(spec, joined(history), fromBar, count), 'again', count);
  for (const [index, cut] of momentsOf(fromBar, count, cuts, random).entries()) {
    audit.add(await runChain(spec, cutHistory(history, cut), fromBar, cut), 'cut', cut);
    const changed = changedHistory(history, cut, index % 2 === 0, random);
    audit.add(await runChain(spec, changed, fromBar, cut + 1), 'changed', cut);
    onProgress?.(index + 1, cuts);
  }
  return { bars: count, askedBars: count - fromBar, cuts, seed, ...audit.result() };
}

/** Two to be decided at, and one that their orders meet. */
const LEAST_BARS = 3;

/** Bars before which the history ends, at least two after `fromBar`; drawn apart, so that one may come twice. */
function momentsOf(fromBar: number, count: number, cuts: number, random: Random): number[] {
  return Array.from({ length: cuts }, () => fromBar + 2 + randomIndex(random, count - fromBar - 2));
}

class RunningAudit {
  readonly #known: ChainRun;
  readonly #fromBar: number;
  readonly #findings = new Map<string, LookAheadFinding>();
  readonly #compared = { features: 0, answers: 0, decisions: 0 };

  constructor(known: ChainRun, fromBar: number) {
    this.#known = known;
    this.#fromBar = fromBar;
  }

  /** @param cut bars that both runs share */
  add(run: ChainRun, future: Future, cut: number): void {
    const answeredTo = arrivedBars(this.#known, run, cut);
    // A backtest decides nothing at its last bar; where the future goes on, the moment's own decision is there too.
    const decidedTo = future === 'changed' ? answeredTo : Math.min(answeredTo, cut - 1);
    const rows = { fromBar: this.#fromBar, answeredTo, decidedTo };
    this.#compared.features += answeredTo * this.#known.features.size;
    this.#compared.answers += answeredTo - this.#fromBar;
    this.#compared.decisions += decidedTo - this.#fromBar;
    for (const difference of compareRuns(this.#known, run, rows)) {
      const key = `${difference.part} ${difference.name}`;
      if (!this.#findings.has(key)) this.#findings.set(key, { ...difference, future, lastBar: cut - 1 });
    }
  }

  result(): Pick<LookAheadReport, 'compared' | 'findings'> {
    return { compared: { ...this.#compared }, findings: [...this.#findings.values()] };
  }
}

/** Where a leader's bar has not come yet nothing is answered, which is no answer that differs: those bars are left out. */
function arrivedBars(known: ChainRun, run: ChainRun, cut: number): number {
  const [all, then] = [known.bars.leaderClose, run.bars.leaderClose];
  if (!all || !then) return cut;
  let to = cut;
  while (to > 0 && Number.isNaN(then[to - 1]) && !Number.isNaN(all[to - 1])) to--;
  return to;
}
