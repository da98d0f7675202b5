import { Decimal } from 'decimal.js';
import { z } from 'zod';

/** Parts of answers, for the shapes of all cards. */

/** Letters or digits; ccxt hands numbers too long for a double as text. */
export const idText = z.union([z.string().min(1), z.number().int().nonnegative()]).transform(String);

/** An exact decimal as shortest digits, without an exponent: `1.50000000` becomes `1.5`. */
export const decimal = z
  .union([z.string().regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/), z.number()])
  .transform(value => new Decimal(value).toFixed());

/** A decimal, or null where venues write nothing or 0 for "none". */
export const optionalDecimal = z
  .union([decimal, z.literal('')])
  .nullish()
  .transform(value => (value === '' || Number(value ?? 0) === 0 ? null : (value ?? null)));

/** A client's id; null where venues write nothing for "none". */
export const optionalId = z
  .union([z.string(), z.number()])
  .nullish()
  .transform(value => (value === '' || value === null || value === undefined ? null : String(value)));

export const epochMs = z.union([z.number(), z.string().regex(/^\d+$/)]).transform(Number);

/** ISO 8601, as epoch ms (finer digits are dropped). */
export const isoTime = z
  .string()
  .transform(text => Date.parse(text))
  .pipe(z.number());

/** `BUY`, `Buy`, `buy`. */
export const side = z
  .string()
  .transform(text => text.toLowerCase())
  .pipe(z.enum(['buy', 'sell']));

/** A choice of the venue's words, each with what it is to us. */
export function word<Meaning>(meanings: Readonly<Record<string, Meaning>>) {
  return z
    .string()
    .refine(text => Object.hasOwn(meanings, text))
    .transform(text => meanings[text]);
}
