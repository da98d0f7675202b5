import { z } from 'zod';
import type { ScriptedFault } from './faults.ts';

const ms = z.number().min(0).max(600_000);
const retryAfter = z.string().nullable().default(null);
const bars = z.int().min(1).max(10);
const plain = (kind: string) => z.strictObject({ kind: z.literal(kind) });

/** Faults as they come from outside: a command line, an HTTP request. */
const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rate-limited'), retryAfter }),
  z.strictObject({ kind: z.literal('banned'), retryAfter }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    body: z.string().default('{"code":-1000,"msg":"An unknown error occurred."}'),
  }),
  z.strictObject({ kind: z.literal('redirect'), to: z.string() }),
  z.strictObject({ kind: z.literal('delay'), ms }),
  z.strictObject({ kind: z.literal('overlapping'), bars }),
  z.strictObject({ kind: z.literal('overlapping-otherwise'), bars }),
  z.strictObject({ kind: z.literal('clock-skew'), ms: z.number() }),
  z.strictObject({ kind: z.literal('query-lag'), ms }),
  z.strictObject({ kind: z.literal('missing-trades'), count: z.int().min(1).default(1) }),
  ...[
    'maintenance',
    'truncated',
    'cut',
    'reset',
    'empty',
    'object',
    'html',
    'refused-key',
    'stalled',
    'duplicates',
    'unsorted',
    'contradicting',
    'no-bars',
    'other-order',
    'duplicate-trades',
    'unordered-trades',
  ].map(plain),
]);

export const scriptedFaultSchema = z.strictObject({
  path: z.string().min(1),
  method: z.enum(['GET', 'POST', 'DELETE']).optional(),
  fault,
  when: z.enum(['before', 'after']).optional(),
  after: z.int().min(0).optional(),
  times: z.int().min(0).optional(),
  probability: z.number().min(0).max(1).optional(),
}) as unknown as z.ZodType<ScriptedFault>;
