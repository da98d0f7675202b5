import { SAMPLE } from '../../candles/sample/index.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { loadConfig } from '../../host/config.ts';
import { createOrchestrator } from '../../host/orchestrator.ts';
import { readHomeId, resolveHome } from '../../host/paths.ts';
import { connectTemporal } from '../../host/temporal-connection.ts';

// Sends the operations [first, last) of a fixed list to the sample's lifecycle, every third one twice.
const [first, last] = process.argv.slice(2).map(Number);
const home = resolveHome(process.env, process.cwd());
const { config } = await loadConfig({ environment: process.env, cwd: home.root, homeRoot: home.root });
const temporal = await connectTemporal(home, process.env, config);
const orchestrator = createOrchestrator(temporal.client, await readHomeId(home));

async function send(n: number): Promise<unknown> {
  const shared = { operationId: `operation ${n}`, reason: 'race' };
  try {
    return n % 3 === 2
      ? await orchestrator.askLifecycle(SAMPLE.series, 'rollback', shared)
      : await orchestrator.askLifecycle(SAMPLE.series, 'promote', { ...shared, version: 1 + (n % 2) });
  } catch (error) {
    if (error instanceof AlphaloomError) return { operationId: shared.operationId, refused: error.code };
    throw error;
  }
}

for (let n = first; n < last; n++) {
  const answers = n % 3 === 0 ? await Promise.all([send(n), send(n)]) : [await send(n)];
  for (const answer of answers) console.log(JSON.stringify(answer));
}
await temporal.close();
