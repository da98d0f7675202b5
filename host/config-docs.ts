import { stringify } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../contracts/config.ts';
import { policySchema } from '../contracts/policy.ts';

/** The part of JSON Schema that the configuration uses. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
}

/** One setting as the generated pages show it. */
interface Setting {
  readonly path: string;
  readonly allowed: string;
  readonly default: unknown;
  readonly description: string;
}

/** JSON Schema of `alphaloom.yaml`, for editors: the content of `docs/alphaloom.schema.json`. */
export function configJsonSchema(): string {
  return schemaText('alphaloom.yaml', configSchema);
}

/** JSON Schema of a policy, for editors: the content of `docs/policy.schema.json`. */
export function policyJsonSchema(): string {
  return schemaText('policy', policySchema);
}

function schemaText(title: string, of: z.ZodType): string {
  const schema = { title, ...z.toJSONSchema(of, { io: 'input' }) };
  // Short lists on one line, as the formatter has them.
  return `${JSON.stringify(schema, null, 2).replace(/\[\s+([^[\]{}]{1,200}?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`)}\n`;
}

/** The content of `docs/configuration.md`, below its title. */
export function configPage(): string[] {
  const rows = settings(jsonSchema()).map(
    ({ path, allowed, default: value, description }) =>
      `| \`${path}\` | ${allowed} | ${value === undefined ? '' : `\`${JSON.stringify(value)}\``} | ${description} |`,
  );
  return [
    '`alphaloom.yaml` is looked for in the current folder, then the home, then the checkout; `ALPHALOOM_CONFIG` names another.',
    'A value is taken from the first of: flag, `ALPHALOOM__SECTION__KEY` (`ALPHALOOM__TEMPORAL__UI_PORT=8300`), `.env` beside',
    'the file, the file, the default. `ALPHALOOM__SECTION__KEY_FILE` names a file that holds the value. `config show` says where',
    'each value comes from; unknown names and wrong values are refused. `init` writes a first file. Where a part of a name is yours,',
    'it is written in capitals with `_` for `-`: the key of account `my-real` is `accounts.my-real.apiKey`, and',
    '`ALPHALOOM__ACCOUNTS__MY_REAL__API_KEY_FILE` (with `…__API_SECRET_FILE`, of some venues `…__API_PASSWORD_FILE`) names the file that holds it.',
    '',
    '| setting | allowed | default | what it does |',
    '|---|---|---|---|',
    ...rows,
    '',
    'Variables that are no settings:',
    '',
    '| variable | what it does |',
    '|---|---|',
    ...Object.entries(VARIABLES).map(([name, text]) => `| \`${name}\` | ${text} |`),
  ];
}

const VARIABLES = {
  ALPHALOOM_HOME: 'where everything is kept; default `.alphaloom/` in the checkout',
  ALPHALOOM_CONFIG: 'the configuration file',
  ALPHALOOM_LIVE: '`yes`, where `up` is called: its trading workers may send real orders',
  ALPHALOOM_TOOLS:
    'where native tools are kept; default the home’s `tools/`, then `~/.cache/alphaloom/tools/`',
  ALPHALOOM_TEMPORAL: 'a `temporal` binary of your own',
  ALPHALOOM_LIGHTGBM: 'a LightGBM shared library of your own',
  ALPHALOOM_XGBOOST: 'an XGBoost shared library of your own',
  TEMPORAL_ADDRESS:
    'a Temporal server of your own on this machine; `TEMPORAL_NAMESPACE` and the rest as for Temporal’s clients',
  TEMPORAL_PROFILE: 'the same, by a profile of Temporal’s configuration file',
  ALPHALOOM_DEBUG: 'show the stacks of errors',
  NO_COLOR: 'no colours',
} as const;

/** A first `alphaloom.yaml`: every setting with its default, commented out. */
export function firstConfig(schemaPath: string): string {
  const { properties = {} } = jsonSchema();
  const sections = Object.entries(properties).map(([key, node]) => commented(key, node, '').join('\n'));
  return `# yaml-language-server: $schema=${schemaPath}
# Alphaloom's settings. Lines show the defaults (or an example); take the leading "# " away to change it.

${sections.join('\n\n')}
`;
}

function jsonSchema(): SchemaNode {
  return z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode;
}

function commented(key: string, node: SchemaNode, indent: string): string[] {
  const description = node.description ? [`# ${indent}# ${node.description}`] : [];
  if (node.properties) {
    const children = Object.entries(node.properties).flatMap(([name, child]) =>
      commented(name, child, `${indent}  `),
    );
    return [...description, `# ${indent}${key}:`, ...children];
  }
  const value = node.default ?? node.examples?.[0];
  // A key, say: nothing that could stand there would do.
  if (value === undefined) return [...description, `# ${indent}# ${key}:`];
  const lines = stringify({ [key]: value })
    .trimEnd()
    .split('\n');
  return [...description, ...lines.map(line => `# ${indent}${line}`)];
}

function settings(node: SchemaNode, path = ''): Setting[] {
  const children = Object.entries(node.properties ?? {});
  if (typeof node.additionalProperties === 'object') children.push(['<name>', node.additionalProperties]);
  return children.flatMap(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (child.properties || typeof child.additionalProperties === 'object') return settings(child, at);
    return [
      { path: at, allowed: allowed(child), default: child.default, description: child.description ?? '' },
    ];
  });
}

function allowed(node: SchemaNode): string {
  if (node.enum) return node.enum.map(value => `\`${value}\``).join(', ');
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.anyOf) return node.anyOf.map(allowed).join(' or ');
  if (node.type === 'integer' || node.type === 'number')
    return `${node.minimum ?? `over ${node.exclusiveMinimum}`} to ${node.maximum}`;
  return node.type === 'array' ? 'a list of texts' : 'text';
}
