import { createHash } from 'node:crypto';
import type { FeatureDefinition } from './definition.ts';

/**
 * SHA-256 (hex) over the ordered names with the versions and parameters of their formulas, and the content of a user's
 * own ones.
 */
export function schemaHash(definitions: readonly FeatureDefinition[]): string {
  const lines = definitions.map(({ name, kernel, output, parameters, version, contentHash }) => ({
    name,
    kernel: kernel.name,
    output,
    version,
    parameters: Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)),
    ...(contentHash && { contentHash }),
  }));
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex');
}

/** One sentence on how a model's feature list differs from the one it is to be served with. */
export function describeSchemaDifference(model: readonly string[], engine: readonly string[]): string {
  const missing = model.filter(name => !engine.includes(name));
  const added = engine.filter(name => !model.includes(name));
  const parts = [
    missing.length > 0 ? `the model has ${missing.join(', ')}, which the engine does not offer` : '',
    added.length > 0 ? `the engine offers ${added.join(', ')}, which the model does not have` : '',
  ].filter(Boolean);
  if (parts.length > 0) return parts.join('; ');
  if (model.length !== engine.length)
    return `the model has ${model.length} columns, the engine ${engine.length}`;
  const position = model.findIndex((name, index) => name !== engine[index]);
  if (position < 0) return 'the names are the same, the version or the parameters of a formula differ';
  return `the order differs from column ${position + 1} on: ${model[position]} in the model, ${engine[position]} in the engine`;
}
