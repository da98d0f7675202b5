import { lossSince } from './memory.ts';
import { answer, NEAR, percent, type RiskRule } from './rule.ts';

/** Once it was reached the account stays halted, whatever it gains by what is left. */
export const drawdown: RiskRule = {
  name: 'drawdown',
  ask: (_, { limits, memory, equity }) => {
    if (limits.maxDrawdown === undefined && memory.halted === null) return null;
    const loss = lossSince(memory.peakEquity, equity);
    const limit = limits.maxDrawdown ?? null;
    return answer(memory.halted === null, loss, limit, () =>
      memory.halted === null
        ? `${percent(loss)} under the peak, of less than ${percent(limit!)}.`
        : `The account is halted by ${memory.halted}: ${percent(loss)} under the peak now.`,
    );
  },
};

export const dailyLoss: RiskRule = {
  name: 'daily-loss',
  ask: (_, { limits, memory, equity }) => {
    const limit = limits.maxDailyLoss;
    if (limit === undefined) return null;
    const loss = lossSince(memory.dayEquity, equity);
    return answer(
      loss < limit - NEAR,
      loss,
      limit,
      () => `${percent(loss)} lost since the day began, of less than ${percent(limit)}.`,
    );
  },
};
