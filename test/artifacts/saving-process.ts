import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createArtifactStore } from '../../artifacts/store.ts';

// Saves one artifact, slowly, writing this process' name into it; says when it has begun.
const [home, pauseMs, name] = process.argv.slice(2);
const { artifact, cached } = await createArtifactStore(home).save(
  'fit',
  { of: 'processes' },
  async folder => {
    await writeFile(join(folder, 'first'), name);
    console.log('{"begun":true}');
    for (let n = 0; n < 20; n++) {
      await writeFile(join(folder, `part-${n}`), name.repeat(10_000));
      await sleep(Number(pauseMs));
    }
    return { name };
  },
);
console.log(JSON.stringify({ sha256: artifact.sha256, cached }));
