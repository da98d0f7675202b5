import { inspect } from 'node:util';
import { z } from 'zod';
import { EXTRA_COLUMNS } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { DERIVED_COLUMNS } from '../kernels/derived.ts';
import type { Formula, InputColumn, KernelParameters } from '../kernels/kernel.ts';
import type { ColumnFormula } from './column-kernel.ts';

const PRICE_COLUMNS = ['openTime', 'open', 'high', 'low', 'close', 'volume'] as const;
const INPUTS = [...PRICE_COLUMNS, ...EXTRA_COLUMNS, ...DERIVED_COLUMNS] as const;
/** Columns of a dataset's file that no feature may be called. */
const RESERVED = ['ts', 'bar', 'label', 'label_end', 'block'];

/** A feature of a user's own, as its file exports it. */
export interface OwnFeature {
  readonly name: string;
  /** Bars before t that the value at t depends on; rows before it are warm-up. */
  readonly lookBack: number;
  readonly unit: string;
  readonly source: string;
  /** The columns its formula is given; the six of every bar where it names none. */
  readonly inputs: readonly InputColumn[];
  readonly parameters: KernelParameters;
  readonly version: number;
  readonly kernel: OwnKernel;
}

/** A formula bar by bar, as the engine's own are, or over whole columns. */
export type OwnKernel =
  | { readonly start: (parameters: KernelParameters, barMs: number) => Formula }
  | { readonly column: ColumnFormula };

const text = z.string().min(1).max(200);
const entrySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected lower-case letters, digits and underscores, a letter first')
    .refine(name => !RESERVED.includes(name), 'a dataset has a column of that name; choose another'),
  lookBack: z.int().min(0).max(100_000),
  unit: text,
  source: text,
  inputs: z
    .array(z.enum(INPUTS))
    .min(1)
    .default([...PRICE_COLUMNS]),
  parameters: z.record(z.string(), z.number()).default({}),
  version: z.int().min(1).max(1_000_000).default(1),
  kernel: z.custom<OwnKernel>(
    isKernel,
    'expected { start(parameters, barMs) } or { column(bars, parameters, barMs) }',
  ),
});

/**
 * Checks what a file exports as features.
 * @throws AlphaloomError FEATURE_INVALID naming file, entry and what is expected
 */
export function parseEntries(exported: unknown, file: string): OwnFeature[] {
  if (!Array.isArray(exported) || exported.length === 0) {
    throw invalidEntry(
      file,
      null,
      `expected a list of features (export default [{ name, lookBack, unit, source, kernel }]); got ${show(exported)}`,
    );
  }
  return exported.map((entry, index) => parseEntry(entry, index, file));
}

/** @param name null where the file as a whole is meant */
export function invalidEntry(
  file: string,
  name: string | null,
  what: string,
  cause?: unknown,
): AlphaloomError {
  const where = name === null ? file : `${file}, feature ${name}`;
  return new AlphaloomError('FEATURE_INVALID', `${where}: ${what}.`, { file, feature: name }, { cause });
}

function parseEntry(entry: unknown, index: number, file: string): OwnFeature {
  const result = entrySchema.safeParse(entry);
  if (result.success) return result.data as OwnFeature;
  const named = (entry as { name?: unknown } | null | undefined)?.name;
  const name = typeof named === 'string' ? `"${named.slice(0, 80)}"` : `number ${index + 1}`;
  const clauses = result.error.issues.map(issue => {
    const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], entry);
    const allowed =
      issue.code === 'unrecognized_keys' ? `; allowed: ${Object.keys(entrySchema.shape).join(', ')}` : '';
    return `${issue.path.map(String).join('.') || 'entry'}: ${issue.message}${allowed} (got ${show(value)})`;
  });
  throw invalidEntry(file, name, clauses.join('; '));
}

function isKernel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { start, column } = value as Record<string, unknown>;
  const formulas = [start, column].filter(part => part !== undefined);
  return formulas.length === 1 && typeof formulas[0] === 'function';
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY }).slice(0, 120);
}
