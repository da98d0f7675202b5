import { decideClasses, decidedProbabilities, PASSIVE_CLASS } from '../../contracts/decision.ts';
import type { GateSpec } from '../../contracts/recipe.ts';
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
  must: ({ model }) => {
    const bounds = askedRate(model.meta.recipe.gate);
    const within = bounds ? `, and ${bounds[0]} <= share that acts <= ${bounds[1]} (gate.approvalRate)` : '';
    return `the newest bars are answered with more than one class${within}`;
  },
  async run({ model, answers, rows }) {
    const { task, recipe } = model.meta;
    const rule = decisionOf(model.meta);
    const decided = decideClasses(task, decidedProbabilities(task, answers, rule), rule);
    const classes: readonly string[] = DECIDED_CLASSES[task];
    const counts = classes.map((_, k) => decided.reduce((sum, one) => sum + Number(one === k), 0));
    const shares = classes.map((name, k): [string, number] => [`share${name}`, rounded(counts[k] / rows)]);
    return {
      numbers: { rows, ...Object.fromEntries(shares) },
      problem:
        sameness(classes, counts, rows) ??
        excess(1 - counts[PASSIVE_CLASS[task]] / rows, askedRate(recipe.gate)),
    };
  },
};

/** The bounds of what may be acted on, where a recipe requires them. */
function askedRate({ rules, approvalRate }: GateSpec): readonly [number, number] | null {
  return rules['approval-rate'] === 'required' ? approvalRate : null;
}

function sameness(classes: readonly string[], counts: readonly number[], rows: number): string | null {
  const always = counts.indexOf(rows);
  return always < 0 ? null : `It answers ${classes[always]} on all ${rows} bars, which needs no model.`;
}

function excess(acted: number, bounds: readonly [number, number] | null): string | null {
  if (bounds === null || (acted >= bounds[0] && acted <= bounds[1])) return null;
  return `It acts on ${rounded(acted)} of the bars; ${bounds[0]} to ${bounds[1]} are asked.`;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
