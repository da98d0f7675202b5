import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { configSchema } from '../../../contracts/config.ts';
import { VALIDATION_REASONS, type ValidationReason } from '../../../contracts/entry-validation.ts';
import { documentEntries, resolveLayers } from '../../../host/config-layers.ts';
import { countFailure } from '../../../trading/llm/failures.ts';
import { describeLlm, isLlmOn, llmSettings } from '../../../trading/llm/settings.ts';

const sectionOf = (llm: object) => configSchema.parse({ llm }).llm;

test('nobody is asked until an endpoint is set, and the status says so', () => {
  const settings = llmSettings(configSchema.parse({}).llm);
  assert.equal(isLlmOn(settings), false);
  assert.match(describeLlm(settings), /^LLM validation is off: no endpoint is set/);
  assert.deepEqual(
    [
      settings.timeoutMs,
      settings.minConfidence,
      settings.alarmAfterFailures,
      settings.maxAttemptsBeforeAnswer,
    ],
    [8_000, 0.6, 3, 0],
  );
});

test('an endpoint without a model is on, and makes no entry', () => {
  const settings = llmSettings(sectionOf({ endpoint: 'http://127.0.0.1:11434/v1' }));
  assert.equal(isLlmOn(settings), true);
  assert.match(describeLlm(settings), /no model .*no entry will be made/);
});

test('the status names model and host, never the key, and the settings do not show it', () => {
  const endpoint = 'https://llm.example:8443/v1';
  const settings = llmSettings(sectionOf({ endpoint, model: 'judge', apiKey: 'sk-secret' }));
  assert.match(describeLlm(settings), /^LLM validation: judge at llm.example:8443 has to approve/);
  for (const shown of [describeLlm(settings), JSON.stringify(settings), inspect(settings)])
    assert.ok(!shown.includes('sk-secret'));
  assert.equal(settings.apiKey(), 'sk-secret');
});

test('a key does not go in the clear to another machine, and is not shown by the error that says so', () => {
  const llm = { endpoint: 'http://10.0.0.7:11434/v1', apiKey: 'sk-secret' };
  const read = (section: object) =>
    resolveLayers(configSchema, documentEntries(configSchema, { llm: section }, 'test'));
  assert.throws(
    () => read(llm),
    (error: Error) => /llm.apiKey .*loopback/.test(error.message) && !inspect(error).includes('sk-secret'),
  );
  assert.ok(read({ ...llm, apiKey: undefined }), 'without a key any address may be asked');
  assert.ok(read({ ...llm, endpoint: 'http://127.0.0.1:1/v1' }));
  const { values } = read({ ...llm, endpoint: 'https://10.0.0.7/v1' });
  assert.equal(values.find(({ path }) => path === 'llm.apiKey')?.secret, true);
});

for (const endpoint of ['ftp://a/v1', 'not an address', 'https://user:password@a/v1', 'https://a/v1?key=1'])
  test(`${endpoint} is no endpoint`, () => {
    assert.equal(configSchema.safeParse({ llm: { endpoint } }).success, false);
  });

test('the n-th failure in a row alarms, and each n-th after it; any verdict ends the row', () => {
  const reasons = Object.keys(VALIDATION_REASONS) as ValidationReason[];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...reasons)), fc.integer({ min: 1, max: 5 }), (calls, after) => {
      let consecutive = 0;
      let row = 0;
      for (const reason of calls) {
        row = VALIDATION_REASONS[reason].verdict === 'failed' ? row + 1 : 0;
        const counted = countFailure(consecutive, reason, after);
        assert.deepEqual(counted, { consecutive: row, alarms: row > 0 && row % after === 0 });
        consecutive = counted.consecutive;
      }
    }),
  );
});
