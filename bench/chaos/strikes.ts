import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { CHAOS_MESSAGES, type ChaosMessage } from './messages.ts';

export const TARGETS = ['worker', 'temporal', 'exchange'] as const;
export type Target = (typeof TARGETS)[number];

/** One blow against one process, and how long it is quiet before. */
export interface Strike {
  readonly target: Target;
  /** `boundary`: the worker ends itself, by SIGKILL, at the n-th passing of a place between two effects. */
  readonly way: 'kill' | 'freeze' | 'boundary';
  readonly quietMs: number;
  /** Whether the next close has to be worked on first; if not, it hits whoever is still recovering. */
  readonly awaitsRecovery: boolean;
  /** How long the process stays away: frozen, or (the exchange) not started again. */
  readonly awayMs: number;
  readonly boundary: string | null;
  readonly passing: number;
  /** What is told to the account just before. */
  readonly message: ChaosMessage | null;
}

/** Effects of the trading worker on its ledger and on the exchange, by the names of their functions. */
export const LEDGER_WRITES = [
  'beginSending',
  'commitClose',
  'planExit',
  'recordFills',
  'recordMiss',
  'recordOutcome',
  'setKeeping',
  'withdraw',
] as const;
export const VENUE_REQUESTS = [
  'balances',
  'cancel',
  'fills',
  'lookUp',
  'openOrders',
  'quote',
  'recentOrders',
  'submit',
] as const;
export const BOUNDARIES: readonly string[] = [...LEDGER_WRITES, ...VENUE_REQUESTS].flatMap(name => [
  `before ${name}`,
  `after ${name}`,
]);

/** Of ten blows: at boundaries of the worker, at the worker whenever, at the server, at the exchange. */
const SHARES: readonly (readonly [Target, boolean])[] = [
  ['worker', true],
  ['worker', true],
  ['worker', true],
  ['worker', true],
  ['worker', false],
  ['worker', false],
  ['temporal', false],
  ['temporal', false],
  ['exchange', false],
  ['exchange', false],
];
const FREEZE_SHARE = 0.25;
/** Past every timeout of an exchange activity (10 s), its heartbeat (2 s) and a request’s validity (5 s). */
const FREEZE_MS = { least: 11_000, most: 16_000 };
const AWAY_MS = 6_000;
const QUIET_MS = 5_000;
const UNRECOVERED_SHARE = 0.15;
const MOST_PASSINGS = 4;
const MESSAGE_SHARE = 0.2;

/** The same strikes for the same seed; every boundary comes once before one comes twice. */
export function planStrikes(count: number, seed: number): Strike[] {
  const random = seededRandom(seed);
  const share = () => random() / 2 ** 32;
  let targets: (readonly [Target, boolean])[] = [];
  let boundaries: string[] = [];
  return Array.from({ length: count }, () => {
    if (targets.length === 0) targets = shuffled(SHARES, random);
    const [target, isBoundary] = targets.pop()!;
    const quietMs = Math.round(share() * QUIET_MS);
    const awaitsRecovery = share() >= UNRECOVERED_SHARE;
    const message =
      share() < MESSAGE_SHARE ? CHAOS_MESSAGES[randomIndex(random, CHAOS_MESSAGES.length)] : null;
    const always = { target, quietMs, awaitsRecovery, message };
    if (isBoundary) {
      if (boundaries.length === 0) boundaries = shuffled(BOUNDARIES, random);
      const passing = 1 + randomIndex(random, MOST_PASSINGS);
      return { ...always, way: 'boundary', awayMs: 0, boundary: boundaries.pop()!, passing };
    }
    const none = { boundary: null, passing: 0 };
    if (share() < FREEZE_SHARE) {
      const awayMs = Math.round(FREEZE_MS.least + share() * (FREEZE_MS.most - FREEZE_MS.least));
      return { ...always, way: 'freeze', awayMs, ...none };
    }
    const awayMs = target === 'exchange' ? Math.round(share() * AWAY_MS) : 0;
    return { ...always, way: 'kill', awayMs, ...none };
  });
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const drawn = [...items];
  for (let at = drawn.length - 1; at > 0; at--) {
    const other = randomIndex(random, at + 1);
    [drawn[at], drawn[other]] = [drawn[other], drawn[at]];
  }
  return drawn;
}
