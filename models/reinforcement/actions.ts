import { LONG, NO_TRADE, SHORT } from '../../contracts/tasks.ts';

/** What a policy may want at a bar's close, in the order of its outputs. */
export const ACTIONS = ['hold', 'buy', 'sell'] as const;

/** The class of `direction3` that each action asks of `decide`. */
export const ACTION_DIRECTION = Int8Array.of(NO_TRADE, LONG, SHORT);

/** The action whose probability stands in each column of `direction3`: SHORT, NO_TRADE, LONG. */
export const CLASS_ACTION = [ACTIONS.indexOf('sell'), ACTIONS.indexOf('hold'), ACTIONS.indexOf('buy')];

/**
 * Returns that stand for a decision, by the classes SHORT, NO_TRADE, LONG, where a reader wants one number: a policy knows what
 * to do, not how far the price will go. They are nominal, not estimates.
 */
export const NOMINAL_RETURN = [-0.002, 0, 0.002] as const;
