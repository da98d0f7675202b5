import { LIKELIEST } from '../contracts/decision.ts';
import type { Evidence, RuleResult } from '../contracts/evidence.ts';
import type { Task } from '../contracts/tasks.ts';
import type { OfferOutcome, StepReport } from '../contracts/training.ts';
import { decimals, percent } from '../contracts/wording.ts';
import { calibrationSentence, decisionSentence } from '../evaluation/decision-words.ts';
import type { Paint } from './output.ts';
import { renderTable } from './table.ts';

export function renderSteps(steps: readonly StepReport[]): string {
  return renderTable(steps, [
    { title: 'step', cell: step => step.step },
    { title: 'ms', align: 'right', cell: step => (step.cached ? 'cached' : Math.round(step.workMs)) },
    { title: 'result', cell: step => step.summary },
  ]);
}

/** The gate's table: every rule with what it saw and what had to hold. */
export function renderGate(evidence: Evidence): string {
  return renderTable<RuleResult>(evidence.rules, [
    { title: 'rule', cell: rule => rule.rule },
    { title: 'outcome', cell: rule => rule.outcome },
    { title: 'required', cell: rule => (rule.required ? 'yes' : 'no') },
    { title: 'must hold', cell: rule => rule.threshold },
    { title: 'found', cell: rule => renderNumbers(rule.numbers) },
  ]);
}

/** How answers become decisions, and what calibration did: a line each. */
export function renderDecision(task: Task, evidence: Evidence): string[] {
  const calibrated = calibrationSentence(evidence);
  return [
    decisionSentence(task, evidence.decision ?? LIKELIEST),
    ...(calibrated === null ? [] : [calibrated]),
  ];
}

/** How much of the backtest's result luck explains; nothing for evidence of earlier versions. */
export function renderSharpe({ sharpe }: Pick<Evidence, 'sharpe'>): string[] {
  if (!sharpe) return [];
  const { perBar, annualised, probabilistic, deflated, trials } = sharpe;
  return [
    `Sharpe ratio ${renderNumber(perBar)} per bar, ${decimals(annualised, 2)} per year; truly above 0 with ${percent(probabilistic)}, ` +
      `above the luck of ${trials} trial${trials === 1 ? '' : 's'} with ${percent(deflated)}`,
  ];
}

/** The gate's table for a screen that shows several: a line per rule, with what it found. */
export function renderVerdict(evidence: Evidence, paint: Paint): string {
  const colors = { pass: paint.green, fail: paint.red, inconclusive: paint.yellow };
  return renderTable<RuleResult>(evidence.rules, [
    { title: '  rule', cell: ({ rule, required }) => `  ${rule}${required ? '' : ' (not required)'}` },
    { title: 'outcome', cell: ({ outcome }) => colors[outcome](outcome) },
    { title: 'found', cell: ({ numbers }) => renderNumbers(numbers) },
  ]);
}

export function renderOffer(offer: OfferOutcome): string {
  return `${offer.decision}: ${offer.reason}`;
}

/** What a rule or a comparison found, in one line. */
export function renderNumbers(numbers: RuleResult['numbers']): string {
  return Object.entries(numbers)
    .map(([name, value]) => `${name} ${renderNumber(value)}`)
    .join(', ');
}

export function renderNumber(value: number | null): string {
  if (value === null) return 'none';
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(4);
}
