import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** An empty folder that is removed after the test, and with it the work folder `<name>.work` that a fit may leave beside it. */
export async function temporaryHome(t: TestContext): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'alphaloom-test-'));
  t.after(async () => {
    for (const folder of [home, `${home}.work`])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return home;
}
