import type { Estimate } from './evidence.ts';
import { oppositeClasses } from './tasks.ts';

/** Numbers as people read them; null is a dash. */
export function decimals(value: number | null, digits = 3): string {
  return value === null ? '–' : signed(value.toFixed(digits));
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${decimals(share * 100, 1)} %`;
}

/** A lower bound: rounded down, so that “at least” stays true. */
export function atLeast(value: number | null, digits = 3): string {
  const unit = 10 ** -digits;
  return decimals(value === null ? null : Math.floor(value / unit) * unit, digits);
}

/** A return in basis points. */
export function basisPoints(value: number | null): string {
  return value === null ? '–' : `${decimals(value * 10_000, 1)} bp`;
}

export function interval(estimate: Estimate, format: (value: number | null) => string): string {
  return estimate.low === null ? 'unknown' : `${format(estimate.low)} to ${format(estimate.high)}`;
}

/** What the directional AUC of a model with these classes is of. */
export function aucName(classes: readonly string[]): string {
  return `AUC of ${oppositeClasses(classes)?.join(' against ') ?? 'nothing'}`;
}

/** An instant to the minute, UTC. */
export function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** Clauses as one sentence. */
export function sentence(clauses: readonly string[]): string {
  const text = clauses.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** With a real minus sign, and none before a zero. */
function signed(digits: string): string {
  return digits.replace(/^-(?=0\.?0*$)/, '').replace('-', '−');
}
