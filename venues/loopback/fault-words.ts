import { AlphaloomError } from '../../contracts/errors.ts';
import { scriptedFaultSchema } from './fault-schema.ts';
import type { ScriptedFault } from './faults.ts';

/** Words that belong to the plan rather than to the fault itself. */
const PLAN = new Set(['when', 'after', 'times', 'probability']);
const METHODS = new Set(['GET', 'POST', 'DELETE']);

/**
 * A fault as one writes it on a command line: `[METHOD] PATH KIND [name=value …]`, e.g. `POST order status status=503
 * when=after probability=0.1`, or `order delay ms=2000`.
 * @throws AlphaloomError USAGE saying what was wrong
 */
export function parseFault(text: string): ScriptedFault {
  const words = text.split(/[\s,]+/).filter(Boolean);
  const method = METHODS.has(words[0]) ? words.shift() : undefined;
  const [path, kind, ...values] = words;
  const told: Record<string, unknown> = { path, ...(method === undefined ? {} : { method }) };
  const fault: Record<string, unknown> = { kind };
  for (const word of values) {
    const [name, ...rest] = word.split('=');
    (PLAN.has(name) ? told : fault)[name] = valueOfWord(name, rest.join('='));
  }
  const parsed = scriptedFaultSchema.safeParse({ ...told, fault });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AlphaloomError(
    'USAGE',
    `"${text}" is no fault: ${issue.path.join('.')}: ${issue.message}. Write [METHOD] PATH KIND name=value …, e.g. "POST order status status=503 when=after probability=0.1".`,
    { fault: text },
  );
}

function valueOfWord(name: string, text: string): unknown {
  const isText = name === 'retryAfter' || name === 'body' || name === 'to' || name === 'when';
  return isText || text === '' || Number.isNaN(Number(text)) ? text : Number(text);
}
