// `node bench/chaos/chaos.ts --kills 200 --seed 7`: prints the report as one JSON document; the rest goes to standard error.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChaos } from './run.ts';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const report = await runChaos({
  kills: Number(values.kills ?? 200),
  seed: Number(values.seed ?? 1),
  folder: await mkdtemp(join(tmpdir(), 'alphaloom-chaos-run-')),
  environment: process.env,
  say: line => process.stderr.write(`${line}\n`),
});
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
