import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { CHECKOUT } from '../../host/paths.ts';

test('the generated pages are up to date', () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(CHECKOUT, 'cli/main.ts'), 'dev', 'docs', '--check', '--json'],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stdout);
});
