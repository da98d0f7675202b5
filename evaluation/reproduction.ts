import type { Json } from '../contracts/artifact.ts';
import type { ReproducedStep, Reproduction, ReproductionDifference } from '../contracts/reproduction.ts';
import { joined } from '../contracts/wording.ts';

/** What an input of a step speaks of, by its first name; the recipe's own values are all others. */
const SUBJECTS: Readonly<Record<string, ReproductionDifference['what']>> = {
  content: 'data',
  bars: 'data',
  fromTime: 'data',
  toTime: 'data',
  anchorTime: 'data',
  synthetic: 'data',
  marketKind: 'data',
  market: 'data',
  source: 'data',
  origin: 'data',
  schema: 'features',
  library: 'libraries',
  builds: 'libraries',
  onnxruntime: 'libraries',
  platform: 'platform',
  code: 'code',
};

/** Inputs that name the step before: what differs there is told there. */
const REFERENCES: ReadonlySet<string> = new Set(['snapshot', 'dataset', 'fit']);

/** Where the inputs of a step differ from what they were, value by value. */
export function inputDifferences(step: ReproducedStep, then: Json, now: Json): ReproductionDifference[] {
  const [old, made] = [leavesOf(then), leavesOf(now)];
  return [...new Set([...old.keys(), ...made.keys()])]
    .filter(name => old.get(name) !== made.get(name) && !REFERENCES.has(firstName(name)))
    .map(name => ({
      step,
      what: SUBJECTS[firstName(name)] ?? 'recipe',
      name,
      before: old.get(name) ?? null,
      after: made.get(name) ?? null,
    }));
}

/** What a reproduction comes to, in one sentence. */
export function reproductionReason(found: Omit<Reproduction, 'reason'>): string {
  const { version, identical, differences, failure, answers } = found;
  if (failure) return `v${version} could not be trained again: ${failure.message}`;
  if (identical) return `v${version} came out the same to the last byte.`;
  const subjects = joined([...new Set(differences.map(({ what }) => what))]);
  const cause =
    differences.length > 0
      ? `what it is made of is not as it was (${subjects})`
      : 'although nothing that is known to decide its bytes differs';
  const effect = answers
    ? ` It decides ${answers.otherDecisions} of ${answers.rows} rows otherwise; answers differ by at most ${answers.maxDifference.toPrecision(2)}.`
    : '';
  return `v${version} came out as another file: ${cause}.${effect}`;
}

function firstName(name: string): string {
  return name.split('.', 1)[0]!;
}

/** Every value by its path, as text. */
function leavesOf(value: Json | undefined, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[path, typeof value === 'string' ? value : JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...leavesOf(inner, path === '' ? key : `${path}.${key}`),
    ]),
  );
}
