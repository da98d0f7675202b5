import { describeLlm, llmSettings } from '../../trading/llm/settings.ts';
import type { LoadedConfig } from '../config.ts';

/** Whether entries need a language model's approval, as a sentence. */
export function describeValidation({ config }: Pick<LoadedConfig, 'config'>): string {
  return describeLlm(llmSettings(config.llm));
}
