import { isSettings, type Settings } from './config-files.ts';
import type { RecipeDraft } from './recipe-draft.ts';
import { fitsRule, type Outcome, RULES } from './rules.ts';

/** A key of the configuration and what became of it; never its value, which may be anything. */
export type SettingReport = { readonly key: string } & Outcome;

const SECRET =
  /^(key|secret|password|passphrase|token|uid|login|apikey|api_key|private_?key|wallet_?address|account_?id|chat_id|topic_id|username|jwt_secret_key|ws_token|.*(secret|password|token|url|webhook)s?)$/i;
/** What is handed to the exchange's client may hold any credential. */
const SECRET_FOLDERS = /^exchange\.(ccxt_(sync_|async_)?config)\./;
const MOST_DEPTH = 20;

/** Puts each setting where it belongs; every key of the input is in the report. */
export function mapSettings(settings: Settings): { draft: RecipeDraft; report: SettingReport[] } {
  const draft: RecipeDraft = { params: {} };
  const report = [...leaves(settings, [])].map(({ keys, value }) => {
    const key = keys.join('.');
    return { key: key.slice(0, 300), ...outcomeOf(key, keys, value, draft) };
  });
  return { draft, report };
}

function outcomeOf(key: string, keys: readonly string[], value: unknown, draft: RecipeDraft): Outcome {
  if (keys.some(each => SECRET.test(each)) || SECRET_FOLDERS.test(key)) return { reason: 'secret' };
  const rule = RULES.find(each => fitsRule(each, keys));
  return rule ? rule.apply(value, draft) : { reason: 'not known here' };
}

/** Single values and plain lists, with the keys that lead to them. */
function* leaves(value: unknown, keys: readonly string[]): Generator<{ keys: string[]; value: unknown }> {
  const inner = isSettings(value)
    ? Object.entries(value)
    : Array.isArray(value) && value.some(item => typeof item === 'object' && item !== null)
      ? Object.entries(value)
      : [];
  if (inner.length === 0 || keys.length === MOST_DEPTH) {
    if (keys.length > 0) yield { keys: [...keys], value };
    return;
  }
  for (const [key, each] of inner) yield* leaves(each, [...keys, key]);
}
