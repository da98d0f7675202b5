import type { Evidence, RuleResult } from '../contracts/evidence.ts';
import type { OfferOutcome, StepReport } from '../contracts/training.ts';
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

export function renderOffer(offer: OfferOutcome): string {
  return `${offer.decision}: ${offer.reason}`;
}

function renderNumbers(numbers: RuleResult['numbers']): string {
  return Object.entries(numbers)
    .map(([name, value]) => `${name} ${renderNumber(value)}`)
    .join(', ');
}

export function renderNumber(value: number | null): string {
  if (value === null) return 'none';
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(4);
}
