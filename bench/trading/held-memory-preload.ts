// Loaded into every thread of the benched workers: collects garbage when asked to and writes down what is held then.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { threadId } from 'node:worker_threads';

const folder = process.env.ALPHALOOM_BENCH_MEMORY;
const POLL_MS = 200;

if (folder !== undefined) {
  const asked = join(folder, String(process.pid));
  let answered = '';
  const answer = () => {
    const question = existsSync(asked) ? readFileSync(asked, 'utf8') : answered;
    if (question === answered) return;
    answered = question;
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(`${asked}-${threadId}`, JSON.stringify({ question, bytes: heapUsed + external }));
  };
  setInterval(answer, POLL_MS).unref();
}
