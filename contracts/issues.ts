import { z } from 'zod';

/**
 * One clause per issue of a document that a schema refused: `path: what is wrong and what is allowed (got value)`.
 * @param schema the one that refused; without it, an unknown key is named without those that are known
 */
export function describeIssues(error: z.ZodError, document: unknown, schema?: z.ZodType): string {
  return error.issues.flatMap(issue => describe(issue, [], document, schema)).join('; ');
}

function describe(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  document: unknown,
  schema: z.ZodType | undefined,
): string[] {
  const path = [...above, ...issue.path];
  const at = schema && schemaAt(schema, issue.path);
  const clause = (where: readonly PropertyKey[], what: string) => {
    const value = valueAt(document, where);
    const got = value === undefined ? '' : ` (got ${JSON.stringify(value).slice(0, 80)})`;
    return `${where.map(String).join('.') || 'document'}: ${what}${got}`;
  };
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = at instanceof z.ZodObject ? `; allowed: ${Object.keys(at.shape).join(', ')}` : '';
      return issue.keys.map(key => clause([...path, key], `unknown key${known}`));
    }
    case 'invalid_union':
      return describeUnion(issue, path, document, at) ?? [clause(path, alternatives(at) ?? issue.message)];
    default: {
      const isMissing = issue.code === 'invalid_type' && valueAt(document, path) === undefined;
      return [clause(path, isMissing ? `missing; expected ${issue.expected}` : issue.message)];
    }
  }
}

/** What the one alternative that was clearly meant, because it fits best, has to say; null where none stands out. */
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  document: unknown,
  union: z.ZodType | undefined,
): string[] | null {
  const options = union instanceof z.ZodUnion ? (union.options as readonly z.ZodType[]) : [];
  const byFit = issue.errors
    .map((issues, index) => ({ issues, option: options[index] }))
    .sort((a, b) => a.issues.length - b.issues.length);
  const [best, next] = byFit;
  if (best === undefined || next === undefined || best.issues.length === next.issues.length) return null;
  return best.issues.flatMap(inner => describe(inner, path, document, best.option));
}

function alternatives(union: z.ZodType | undefined): string | null {
  if (!(union instanceof z.ZodUnion)) return null;
  const options = objects(union);
  if (options.length === 0) return `expected ${union.options.map(kind).join(' or ')}`;
  const shared = (key: string) => options.every(option => Object.hasOwn(option.shape, key));
  const own = options.map(option => Object.keys(option.shape).filter(key => !shared(key)));
  return `expected either ${own.map(keys => keys.join(', ')).join(' or ')}`;
}

function objects(union: z.ZodUnion): z.ZodObject[] {
  return (union.options as readonly z.ZodType[]).filter(option => option instanceof z.ZodObject);
}

function kind(schema: unknown): string {
  return (schema as z.ZodType).def.type;
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, key) => child(at, String(key)), unwrap(schema));
}

function child(schema: z.ZodType | undefined, key: string): z.ZodType | undefined {
  if (schema instanceof z.ZodObject && Object.hasOwn(schema.shape, key)) return unwrap(schema.shape[key]);
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType as z.ZodType);
  if (schema instanceof z.ZodArray) return unwrap(schema.element as z.ZodType);
  return undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  let at = schema;
  while (at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodOptional)
    at = at.def.innerType as z.ZodType;
  return at;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    document,
  );
}
