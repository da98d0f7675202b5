import type { Config } from '../../contracts/config.ts';

export interface LlmSettings {
  /** Base of an OpenAI-compatible API, such as `http://127.0.0.1:11434/v1`; null: there is no validation. */
  readonly endpoint: string | null;
  readonly model: string | null;
  /** Asked for at each call, so that no record of the settings holds it; null where the endpoint wants none. */
  readonly apiKey: () => string | null;
  /** For the whole call, connecting and the answer's body included. */
  readonly timeoutMs: number;
  /** An approval with less is no entry. */
  readonly minConfidence: number;
  readonly alarmAfterFailures: number;
  /** Further attempts while no byte of an answer came. */
  readonly maxAttemptsBeforeAnswer: number;
}

export function llmSettings({ apiKey, endpoint, model, ...numbers }: Config['llm']): LlmSettings {
  return { ...numbers, endpoint: endpoint ?? null, model: model ?? null, apiKey: () => apiKey ?? null };
}

export function isLlmOn({ endpoint }: LlmSettings): boolean {
  return endpoint !== null;
}

/** A sentence for people: who checks entries, or that nobody does. */
export function describeLlm({ endpoint, model, minConfidence, timeoutMs }: LlmSettings): string {
  if (endpoint === null)
    return 'LLM validation is off: no endpoint is set (llm.endpoint). Entries go by the policy’s rules alone.';
  if (model === null)
    return 'LLM validation has an endpoint and no model (llm.model): no entry will be made.';
  return `LLM validation: ${model} at ${new URL(endpoint).host} has to approve each entry with at least ${minConfidence} within ${timeoutMs / 1_000} s; anything else is no entry.`;
}
