import { createHash } from 'node:crypto';
import {
  type EntryFacts,
  type EntryValidation,
  type EntryVocabulary,
  entryFactsSchema,
  VALIDATION_REASONS,
  type ValidationReason,
  type Verdict,
  verdictSchema,
} from '../../contracts/entry-validation.ts';
import { readVerdict } from './completion.ts';
import { ENTRY_V1 } from './prompts/entry-v1.ts';
import type { LlmSettings } from './settings.ts';
import { boundedFetch, type Fetch, type Wire } from './wire.ts';

export interface LlmDeps {
  readonly fetch: Fetch;
  /** Milliseconds, for durations. */
  readonly monotonicMs: () => number;
  readonly vocabulary: EntryVocabulary;
}

/** Of an answer that is kept. */
const MOST_KEPT = 4_096;
const HIDDEN = '[hidden]';
const PROMPT = ENTRY_V1;
const PROMPT_HASH = createHash('sha256').update(PROMPT.text).digest('hex');

/**
 * Asks a language model once whether an entry may be made. Fail-closed: only a whole, well-formed approval that is sure enough
 * within the time is an entry. Whatever answer came, it is not asked again. Never throws; the key stands in no record.
 */
export async function validateEntry(
  facts: EntryFacts,
  settings: LlmSettings,
  deps: LlmDeps,
): Promise<EntryValidation> {
  const startedAt = deps.monotonicMs();
  const wire: Wire = { status: null, body: null, failure: null };
  const key = readKey(settings);
  const record = (reason: ValidationReason, verdict: Verdict | null = null): EntryValidation => ({
    outcome: reason === 'APPROVED' ? 'entry' : 'no-entry',
    reason,
    ...VALIDATION_REASONS[reason],
    confidence: verdict?.confidence ?? null,
    reasons: (verdict?.reasons ?? []).map(text => withoutKey(text, key)),
    promptVersion: PROMPT.version,
    promptHash: PROMPT_HASH,
    model: settings.model,
    latencyMs: deps.monotonicMs() - startedAt,
    httpStatus: wire.status,
    answer: wire.body === null ? null : withoutKey(wire.body, key).slice(0, MOST_KEPT),
  });

  const { endpoint, model } = settings;
  if (endpoint === null || model === null) return record('ENDPOINT_MISSING');
  if (key === UNREADABLE) return record('KEY_MISSING');
  const known = entryFactsSchema(deps.vocabulary).safeParse(facts);
  if (!known.success) return record('FACTS_INVALID');

  const isAccepted = await callOnce({ endpoint, model, key, facts: known.data }, settings, deps.fetch, wire);
  if (wire.failure !== null) return record(wire.failure);
  const { verdict, failure } = readVerdict(wire.body ?? '');
  if (failure !== null) return record(failure);
  // The client reads the answer too, by the same schema; what only one of us understands is nothing to act on.
  if (!isAccepted) return record('NO_COMPLETION');
  return record(reasonOf(verdict, settings.minConfidence), verdict);
}

function reasonOf({ verdict, confidence }: Verdict, minConfidence: number): ValidationReason {
  if (verdict === 'approve') return confidence >= minConfidence ? 'APPROVED' : 'UNSURE';
  return verdict === 'reject' ? 'REJECTED' : 'ABSTAINED';
}

interface Call {
  readonly endpoint: string;
  readonly model: string;
  readonly key: string | null;
  readonly facts: EntryFacts;
}

/** One call; what came of it stands in `wire`. @returns whether the client took it for a verdict */
async function callOnce(
  { endpoint, model, key, facts }: Call,
  { timeoutMs, maxAttemptsBeforeAnswer }: LlmSettings,
  fetch: Fetch,
  wire: Wire,
): Promise<boolean> {
  // Loaded where somebody is asked: most accounts ask nobody, and every command would wait for it.
  const [{ createOpenAICompatible }, { generateText, Output }] = await Promise.all([
    import('@ai-sdk/openai-compatible'),
    import('ai'),
  ]);
  const stop = new AbortController();
  const provider = createOpenAICompatible({
    name: 'llm',
    baseURL: endpoint,
    supportsStructuredOutputs: true,
    ...(key !== null && { apiKey: key }),
    fetch: boundedFetch(fetch, wire, stop.signal, maxAttemptsBeforeAnswer),
  });
  const { promise: bell, resolve: ring } = Promise.withResolvers<false>();
  const timer = setTimeout(() => {
    wire.failure = 'TIMEOUT';
    stop.abort();
    ring(false);
  }, timeoutMs);
  const call = generateText({
    model: provider.chatModel(model),
    instructions: PROMPT.text,
    prompt: JSON.stringify(facts),
    output: Output.object({ schema: verdictSchema, name: 'verdict' }),
    maxRetries: 0,
  }).then(
    ({ output }) => output !== undefined,
    // Its errors carry requests, headers and answers: none of it leaves. What happened, the wire says.
    () => false,
  );
  const isAccepted = await Promise.race([call, bell]);
  clearTimeout(timer);
  return isAccepted;
}

const UNREADABLE = Symbol('unreadable');

/** A key with characters that no header can hold would be told in an error by whoever sends it. */
function readKey({ apiKey }: LlmSettings): string | null | typeof UNREADABLE {
  try {
    const key = apiKey();
    return key === null || /^[\x21-\x7e]+$/.test(key) ? key : UNREADABLE;
  } catch {
    // The reason may hold the key, or where it lies.
    return UNREADABLE;
  }
}

/** Also where it stands in JSON, or in JSON within JSON. */
function withoutKey(text: string, key: string | null | typeof UNREADABLE): string {
  if (typeof key !== 'string') return text;
  const inJson = escaped(key);
  return [key, inJson, escaped(inJson)].reduce((left, form) => left.replaceAll(form, HIDDEN), text);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
