import type { RiskLimits } from '../../contracts/risk-policy.ts';
import { WEEKDAYS } from '../../contracts/risk-policy.ts';
import { dayOf, memoryOf } from './memory.ts';
import { answer, type RiskRule } from './rule.ts';

const MINUTE_MS = 60_000;

/** Bars that close where a whole number of n × barMs has passed since the epoch. */
export const everyBars: RiskRule = {
  name: 'every-bars',
  ask: ({ closed: { bar } }, { policy, closeTime }) => {
    if (policy.everyBars === undefined) return null;
    const gridMs = policy.everyBars * bar.market.barMs!;
    const holds = Math.floor(closeTime / gridMs) > Math.floor((closeTime - bar.market.barMs!) / gridMs);
    const past = closeTime % gridMs;
    return answer(holds, past / bar.market.barMs!, policy.everyBars, () =>
      holds
        ? `A close of the grid of ${policy.everyBars} bars.`
        : `${past / bar.market.barMs!} bars after the last close of the grid of ${policy.everyBars} bars.`,
    );
  },
};

export const hours: RiskRule = {
  name: 'hours',
  ask: (_, { limits, closeTime }) => {
    if (limits.hours === undefined) return null;
    const day = WEEKDAYS[new Date(closeTime).getUTCDay()]!;
    const time = new Date(closeTime).toISOString().slice(11, 16);
    const holds = limits.hours.some(
      ({ days, from, to }) => (days?.includes(day) ?? true) && from <= time && time < to,
    );
    return answer(
      holds,
      `${day} ${time}`,
      limits.hours.map(hoursText).join('; '),
      () => `${day} ${time} UTC is ${holds ? 'within' : 'outside'} the hours of trading.`,
    );
  },
};

/** One position or entry at a time; an order whose outcome is unknown keeps all others back. */
export const duplicate: RiskRule = {
  name: 'duplicate',
  ask: ({ symbol, isLeaving }, situation) => {
    const entry = situation.entryOf(symbol);
    if (entry?.isUnknown === true)
      return answer(false, 1, 0, () => 'An entry of the symbol was sent whose outcome is unknown.');
    if (entry !== null) return answer(false, 1, 0, () => 'Another entry of the symbol is in flight.');
    if (situation.positionOf(symbol) !== null && !isLeaving)
      return answer(false, 1, 0, () => 'A position of the symbol is open and stays.');
    return answer(true, 0, 0, () => 'No other entry of the symbol is in flight.');
  },
};

export const tradesPerDay: RiskRule = {
  name: 'trades-per-day',
  ask: ({ symbol }, { limits, memory, closeTime }) => {
    const limit = limits.maxTradesPerDay;
    if (limit === undefined) return null;
    const { entryTime, entriesOfDay } = memoryOf(memory, symbol);
    const count = entryTime !== null && dayOf(entryTime) === dayOf(closeTime) ? entriesOfDay : 0;
    return answer(
      count < limit,
      count,
      limit,
      () => `${count} trades of the symbol today, of at most ${limit}.`,
    );
  },
};

/** A position that leaves now ends no earlier than now. */
export const cooldown: RiskRule = {
  name: 'cooldown',
  ask: ({ symbol }, situation) => {
    const { limits, memory, closeTime } = situation;
    const limit = limits.cooldownMinutes;
    if (limit === undefined) return null;
    if (situation.positionOf(symbol) !== null)
      return answer(false, 0, limit, () => 'The symbol’s last trade has not ended yet.');
    const { exitTime } = memoryOf(memory, symbol);
    if (exitTime === null) return answer(true, null, limit, () => 'The symbol has not been traded yet.');
    const passed = (closeTime - exitTime) / MINUTE_MS;
    return answer(
      passed >= limit,
      passed,
      limit,
      () => `${passed} minutes since the symbol’s last trade ended, of at least ${limit}.`,
    );
  },
};

function hoursText({ days, from, to }: NonNullable<RiskLimits['hours']>[number]): string {
  return `${days === undefined ? 'daily' : days.join(' ')} ${from}-${to}`;
}
