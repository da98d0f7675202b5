import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { NOTIFICATION_EVENTS } from '../../contracts/notifications.ts';
import { CHECKOUT } from '../../host/paths.ts';

test('the page of notifications has every event with its severity and headline, and no other', async () => {
  const page = await readFile(join(CHECKOUT, 'docs/notifications.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (info|warning|critical) \| (.+?) \|/gm)];
  assert.deepEqual(
    rows.map(([, name, severity, summary]) => [name, severity, summary]),
    Object.entries(NOTIFICATION_EVENTS).map(([name, { severity, summary }]) => [name, severity, summary]),
  );
});
