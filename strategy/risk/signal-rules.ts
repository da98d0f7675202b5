import { tradingSources } from '../../contracts/policy.ts';
import type { PredictionSource } from '../../contracts/prediction.ts';
import { answer, type RiskRule } from './rule.ts';

/** Backtests play a model's predictions. */
const MODEL: PredictionSource = 'ML_PER_COIN_V1';

/** A strategy of one's own may enter without a prediction. */
export const source: RiskRule = {
  name: 'source',
  ask: ({ closed: { prediction } }, { policy }) => {
    if (prediction.direction === null) return null;
    const got = prediction.source ?? MODEL;
    const allowed = tradingSources(policy);
    const holds = allowed.includes(got);
    return answer(
      holds,
      got,
      allowed.join(', '),
      () => `${got} ${holds ? 'may' : 'may not'} open positions; ${allowed.join(', ')} may.`,
    );
  },
};

export const confirmation: RiskRule = {
  name: 'confirmation',
  ask: ({ closed, entry }, { policy }) => {
    const wanted = policy.confirmation;
    if (wanted === undefined) return null;
    const allowed = wanted.sources ?? tradingSources(policy);
    const limit = `${wanted.timeframe} ${wanted.require === 'same' ? entry.side : `not ${opposite(entry.side)}`}`;
    const { confirmation: said } = closed;
    if (said === null || said.direction === null)
      return answer(
        false,
        null,
        limit,
        () => `Nobody predicted the newest closed bar of ${wanted.timeframe}.`,
      );
    const by = said.source ?? MODEL;
    if (!allowed.includes(by))
      return answer(
        false,
        by,
        limit,
        () => `${by} predicted ${wanted.timeframe}, which may not confirm; ${allowed.join(', ')} may.`,
      );
    const holds =
      said.direction === entry.side || (wanted.require === 'not-opposite' && said.direction === 'NO_TRADE');
    return answer(
      holds,
      said.direction,
      limit,
      () =>
        `${wanted.timeframe} says ${said.direction}, which ${holds ? 'confirms' : 'does not confirm'} ${entry.side}.`,
    );
  },
};

function opposite(side: 'LONG' | 'SHORT'): string {
  return side === 'LONG' ? 'SHORT' : 'LONG';
}
