import { z } from 'zod';
import type { ValidationReason, Verdict } from '../../contracts/entry-validation.ts';
import { verdictSchema } from '../../contracts/entry-validation.ts';

/** What is read of a chat completion; the rest may be anything. */
const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
});

export type ReadVerdict =
  | { readonly verdict: Verdict; readonly failure: null }
  | {
      readonly verdict: null;
      readonly failure: Extract<ValidationReason, 'NO_COMPLETION' | 'REFUSED' | 'MALFORMED' | 'WRONG_SCHEMA'>;
    };

/** The verdict of a chat completion's body: one JSON document, nothing around it. */
export function readVerdict(body: string): ReadVerdict {
  const completion = completionSchema.safeParse(parseJson(body));
  if (!completion.success) return { verdict: null, failure: 'NO_COMPLETION' };
  const { message, finish_reason: end } = completion.data.choices[0];
  if (message.refusal || end === 'content_filter') return { verdict: null, failure: 'REFUSED' };
  const document = parseJson(message.content ?? '');
  if (document === undefined || end === 'length') return { verdict: null, failure: 'MALFORMED' };
  const verdict = verdictSchema.safeParse(document);
  return verdict.success
    ? { verdict: verdict.data, failure: null }
    : { verdict: null, failure: 'WRONG_SCHEMA' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
