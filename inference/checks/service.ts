import { decideClasses, decidedProbabilities } from '../../contracts/decision.ts';
import { DECIDED_CLASSES } from '../../contracts/tasks.ts';
import { quantileOfSorted } from '../../statistics/quantile.ts';
import { decisionOf } from '../package.ts';
import { servingLatency } from '../serving-latency.ts';
import { type Check, windowAt } from './check.ts';

const TIMED = 500;

/** How long one prediction takes in this process, now. */
export const latency: Check = {
  name: 'latency',
  must: ({ model }) =>
    `median of one prediction <= ${model.meta.recipe.gate.maxLatencyMs} ms (gate.maxLatencyMs)`,
  async run(subject) {
    const { session, meta } = subject.model;
    const { maxLatencyMs } = meta.recipe.gate;
    const medianMs = await servingLatency(session, windowAt(subject, subject.rows - 1), subject.monotonicMs);
    const times = new Float64Array(TIMED);
    for (let run = 0; run < TIMED; run++) {
      const startedAt = subject.monotonicMs();
      await session.run(windowAt(subject, run % subject.rows), 1);
      times[run] = subject.monotonicMs() - startedAt;
    }
    times.sort();
    return {
      numbers: {
        medianMs: rounded(medianMs),
        p99Ms: rounded(quantileOfSorted(times, 0.99)),
        mostMs: rounded(times[TIMED - 1]),
      },
      problem: medianMs <= maxLatencyMs ? null : `It takes ${rounded(medianMs)} ms.`,
    };
  },
};

/** How often it says what, on the newest bars: of a veto the rate of approval, else how often it would trade. */
export const answerRates: Check = {
  name: 'answers',
  must: () => 'the newest bars are answered with more than one class',
  async run({ model, answers, rows }) {
    const { task } = model.meta;
    const rule = decisionOf(model.meta);
    const decided = decideClasses(task, decidedProbabilities(task, answers, rule), rule);
    const classes: readonly string[] = DECIDED_CLASSES[task];
    const counts = classes.map((_, k) => decided.reduce((sum, one) => sum + Number(one === k), 0));
    const most = Math.max(...counts);
    const shares = classes.map((name, k): [string, number] => [`share${name}`, rounded(counts[k] / rows)]);
    return {
      numbers: { rows, ...Object.fromEntries(shares) },
      problem:
        most < rows
          ? null
          : `It answers ${classes[counts.indexOf(most)]} on all ${rows} bars, which needs no model.`,
    };
  },
};

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
