import { floorTo, gridOf } from '../grid.ts';
import { inOneOrder } from '../one-order.ts';
import { returnCorrelation } from './correlation.ts';
import { type Answer, answer, NEAR, percent, type RiskRule, told } from './rule.ts';
import { type Candidate, type Situation, signOf } from './situation.ts';

/** Slots: other symbols in which a position is open or being entered, those of this close included. */
export const openPositions: RiskRule = {
  name: 'open-positions',
  ask: ({ symbol }, situation) => {
    const limit = situation.policy.maxOpenPositions;
    const others = situation.othersOf(symbol).length;
    return answer(
      others < limit,
      others,
      limit,
      () => `${others} other positions are open or being entered, of less than ${limit}.`,
    );
  },
};

/** What is entered has to fit into one order at market: that is how it is stopped and left. */
export const maxOrder: RiskRule = {
  name: 'max-order',
  ask: ({ closed: { bar }, entry: { quantity } }) => {
    const { rules } = bar.market;
    const limit = rules?.maxQuantity;
    if (limit === undefined) return null;
    const most = () => `${told(limit)}, the venue’s largest order at market`;
    const cut = inOneOrder(quantity, rules);
    if (cut === quantity)
      return answer(true, quantity, limit, () => `${told(quantity)}, of at most ${most()}.`);
    if (!(cut > 0)) return answer(false, quantity, limit, () => `No lot fits into ${most()}.`);
    return {
      outcome: 'pass',
      value: quantity,
      limit,
      quantity: cut,
      sentence: () => `Cut from ${told(quantity)} to ${told(cut)} by ${most()}.`,
    };
  },
};

export const maxPosition: RiskRule = {
  name: 'max-position',
  ask: (candidate, { limits, equity }) =>
    limits.maxPosition === undefined
      ? null
      : cutTo(limits.maxPosition * equity, limits.maxPosition, candidate, equity, () => 'a position'),
};

export const grossExposure: RiskRule = {
  name: 'gross-exposure',
  ask: (candidate, situation) => {
    const { limits, equity } = situation;
    const limit = limits.maxGrossExposure;
    if (limit === undefined) return null;
    const held = sumOf(candidate, situation, exposure => Math.abs(exposure));
    return cutTo(limit * equity - held, limit, candidate, equity, () => 'all exposures');
  },
};

export const netExposure: RiskRule = {
  name: 'net-exposure',
  ask: (candidate, situation) => {
    const { limits, equity } = situation;
    const limit = limits.maxNetExposure;
    if (limit === undefined) return null;
    const held = sumOf(candidate, situation, exposure => exposure);
    return cutTo(
      limit * equity - signOf(candidate.entry.side) * held,
      limit,
      candidate,
      equity,
      () => 'long less short exposures',
    );
  },
};

/** Symbols of which too little is known count as correlated. */
export const correlatedExposure: RiskRule = {
  name: 'correlated-exposure',
  ask: (candidate, situation) => {
    const { limits, equity, recentCloses } = situation;
    const { correlated } = limits;
    if (correlated === undefined) return null;
    const goWith = situation.othersOf(candidate.symbol).filter(other => {
      const found = returnCorrelation(recentCloses, candidate.symbol, other, correlated.bars);
      return found === null || found >= correlated.correlation - NEAR;
    });
    const held = goWith.reduce((sum, other) => sum + Math.abs(situation.exposureOf(other)), 0);
    const room = correlated.maxExposure * equity - held;
    const of = () => `exposures that go with it (${goWith.join(', ') || 'none but its own'})`;
    return cutTo(room, correlated.maxExposure, candidate, equity, of);
  },
};

/** The account's own minimum, and the venue's. */
export const minNotional: RiskRule = {
  name: 'min-notional',
  ask: ({ closed: { bar }, entry, price }, { limits }) => {
    const limit = Math.max(limits.minNotional ?? 0, bar.market.rules?.minNotional ?? 0);
    if (limit === 0) return null;
    const notional = entry.quantity * price;
    return answer(
      notional >= limit * (1 - NEAR),
      notional,
      limit,
      () => `Worth ${told(notional)}, of at least ${told(limit)}.`,
    );
  },
};

function sumOf({ symbol }: Candidate, situation: Situation, counted: (exposure: number) => number): number {
  return situation.othersOf(symbol).reduce((sum, other) => sum + counted(situation.exposureOf(other)), 0);
}

/** Lets an entry have what is left, floored to the lot; blocks it where that is nothing. @param room in quote */
function cutTo(
  room: number,
  limit: number,
  { closed: { bar }, entry, price }: Candidate,
  equity: number,
  of: () => string,
): Answer {
  const notional = entry.quantity * price;
  const value = (limit * equity - room + notional) / equity;
  const most = () => `${percent(limit)} of the equity for ${of()}`;
  if (notional <= room + NEAR * equity)
    return answer(
      true,
      value,
      limit,
      () => `${told(notional)} leave ${told(room - notional)} of at most ${most()}.`,
    );
  const quantity = room > NEAR * equity ? floorTo(gridOf(bar.market.rules?.lot ?? null), room / price) : 0;
  if (!(quantity > 0)) return answer(false, value, limit, () => `Nothing is left of at most ${most()}.`);
  return {
    outcome: 'pass',
    value,
    limit,
    quantity,
    sentence: () => `Cut from ${told(notional)} to ${told(quantity * price)} by at most ${most()}.`,
  };
}
