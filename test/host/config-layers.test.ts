import assert from 'node:assert/strict';
import test from 'node:test';
import { z } from 'zod';
import { resolveLayers, variableEntry } from '../../host/config-layers.ts';

const schema = z.strictObject({
  llm: z.strictObject({ apiKey: z.string().min(8).meta({ secret: true }).optional() }).prefault({}),
});

test('a secret is marked, so that it is not shown', () => {
  const entry = variableEntry(schema, 'X__', 'X__LLM__API_KEY', 'very-secret', 'environment');
  const { values } = resolveLayers(schema, [entry]);
  assert.deepEqual(values, [
    { path: 'llm.apiKey', value: 'very-secret', origin: 'environment', secret: true },
  ]);
});

test('a wrong secret is refused without being shown', () => {
  const entry = variableEntry(schema, 'X__', 'X__LLM__API_KEY', 'short', 'environment');
  assert.throws(
    () => resolveLayers(schema, [entry]),
    (error: { message: string; details: unknown }) =>
      /llm\.apiKey/.test(error.message) && !JSON.stringify([error.message, error.details]).includes('short'),
  );
});
