import { createHash } from 'node:crypto';
import type { MoveRequest, Registration, Registry } from '../../registry/registry.ts';

export const SERIES = 'coinbase:BTCUSD/1h';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** A registration whose package is named by `name`. */
export function registration(name: string, changes: Partial<Registration> = {}): Registration {
  return {
    packageId: `package ${name}`,
    package: { step: 'package', inputHash: hash(`inputs ${name}`), sha256: hash(`files ${name}`) },
    recipe: 'gbdt-core15',
    task: 'direction3',
    dataFromTime: 1_000,
    dataToTime: 9_000,
    trainedThroughTime: 7_000,
    eligible: true,
    tradable: false,
    marketKind: 'spot',
    metrics: { mcc: 0.1, directionalAuc: null, balancedAccuracy: 0.4, accuracy: 0.5, majorityAccuracy: 0.45 },
    actor: 'test',
    ...changes,
  };
}

/** Registers `count` versions: v1, v2, … */
export async function registerVersions(registry: Registry, count: number, series = SERIES): Promise<void> {
  for (let n = 1; n <= count; n++) await registry.register(series, registration(`${series} ${n}`));
}

let operations = 0;

/** A request to move the champion, by default whatever it is now, under an id of its own. */
export function move(
  kind: MoveRequest['kind'],
  to: MoveRequest['to'],
  changes: Partial<MoveRequest> = {},
): MoveRequest {
  return {
    operationId: `operation ${++operations}`,
    series: SERIES,
    from: 'current',
    to,
    kind,
    actor: 'test',
    reason: 'because',
    ...changes,
  };
}
