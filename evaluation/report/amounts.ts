import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';

/** `12,345.60 USD`; under 1 with four significant digits, under a millionth as a power of ten. */
export function money(value: number | null, quote: string | null): string {
  if (value === null) return '–';
  const isSmall = Math.abs(value) < 1 && value !== 0;
  return withUnit(isSmall ? significant(value, 4) : fixed(value, 2), quote);
}

/** To whole units of the quote, where cents say nothing. */
export function roundMoney(value: number, quote: string | null): string {
  return Math.abs(value) < 100 ? money(value, quote) : withUnit(fixed(value, 0), quote);
}

/** With six significant digits, at least cents. */
export function price(value: number): string {
  const magnitude = value > 0 ? Math.floor(Math.log10(value)) : 0;
  return fixed(value, Math.min(20, Math.max(2, 5 - magnitude)));
}

/** A share with its sign: `+12.3 %`. */
export function gain(value: number | null, digits = 1): string {
  if (value === null) return '–';
  const text = share(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A share without a sign: `12.3 %`; a loss keeps its minus. */
export function share(value: number | null, digits = 1): string {
  return value === null ? '–' : `${fixed(value * 100, digits)}\u00a0%`;
}

/** With thousands apart, a real minus, and none before a zero; from a billion on as a power of ten. */
export function fixed(value: number, digits: number): string {
  if (Math.abs(value) >= 1e9) return value.toExponential(2).replaceAll('-', '−').replace('+', '');
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return /[1-9]/.test(text) ? text.replace('-', '−') : text.replace('-', '');
}

export function ratio(value: number | null): string {
  return value === null ? '–' : fixed(value, 2);
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

/** How long bars last: `14 h`, `3.5 days`, `2.1 years`. */
export function duration(bars: number | null, timeframe: Timeframe): string {
  if (bars === null) return '–';
  const span = bars * TIMEFRAME_MS[timeframe];
  const { ms, unit } = UNITS.find(({ ms }) => span >= 2 * ms) ?? UNITS.at(-1)!;
  const count = span / ms;
  return `${count.toLocaleString('en-US', { maximumFractionDigits: count < 10 ? 1 : 0 })}\u00a0${unit}`;
}

/** `2019-03-01` */
export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

const UNITS = [
  { ms: 365 * 86_400_000, unit: 'years' },
  { ms: 86_400_000, unit: 'days' },
  { ms: 3_600_000, unit: 'h' },
  { ms: 60_000, unit: 'min' },
  { ms: 1_000, unit: 's' },
] as const;

function significant(value: number, digits: number): string {
  if (Math.abs(value) < 1e-6) return value.toExponential(digits - 1).replaceAll('-', '−');
  return value.toLocaleString('en-US', { maximumSignificantDigits: digits }).replace('-', '−');
}

function withUnit(digits: string, quote: string | null): string {
  return quote === null ? digits : `${digits}\u00a0${quote}`;
}
