import { AlphaloomError } from '../../contracts/errors.ts';
import type { ChampionMove, MoveRequest } from '../../registry/registry.ts';
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts';
import { SERIES } from './fixtures.ts';

// Carries out operations [first, last) of a fixed list, some of them twice, and prints what each call answered.
// `endless`: says when it has begun and goes on until it is killed.
const [path, first, last, endless] = process.argv.slice(2);
const registry = await openSqliteRegistry(path, { now: Date.now });

function operation(n: number): MoveRequest {
  const request = {
    operationId: `operation ${n}`,
    series: SERIES,
    actor: `process of ${first}`,
    reason: 'race',
  };
  if (n % 4 === 3) return { ...request, kind: 'rollback', to: 'previous', from: 'current' };
  if (n % 4 === 2) return { ...request, kind: 'rollback', to: 1 + (n % 5), from: 'current' };
  return { ...request, kind: 'promote', to: 1 + (n % 7), from: 'current' };
}

async function attempt(
  request: MoveRequest,
): Promise<ChampionMove | { operationId: string; refused: string }> {
  try {
    return await registry.moveChampion(request);
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    return { operationId: request.operationId, refused: error.code };
  }
}

for (let n = Number(first); n < Number(last); n++) {
  const request = operation(n);
  // A promotion by compare-and-set, as the gate does it: read, decide, move, and again where it was too late.
  let answer = await attempt(n % 4 === 0 ? { ...request, from: await championNow() } : request);
  while ('refused' in answer && answer.refused === 'CHAMPION_CONFLICT') {
    answer = await attempt({ ...request, from: await championNow() });
  }
  console.log(JSON.stringify(answer));
  if (n % 3 === 0) console.log(JSON.stringify(await attempt(request)));
}
for (let n = 0; endless === 'endless'; n++) {
  const answer = await attempt({ ...operation(n), operationId: `endless ${process.pid} ${n}` });
  console.log(JSON.stringify(answer));
}
registry.close();

async function championNow(): Promise<number | null> {
  return (await registry.champion(SERIES))?.version ?? null;
}
