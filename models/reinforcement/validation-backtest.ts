import type { Dataset } from '../../contracts/dataset.ts';
import { rowsOfBlock } from '../../datasets/block-rows.ts';
import { spanOf } from '../../datasets/purge.ts';
import { playDirections } from '../../strategy/play-directions.ts';
import { ACTION_DIRECTION, ACTIONS } from './actions.ts';
import { PORTFOLIO_SIZE } from './portfolio-state.ts';
import type { Player } from './rollout.ts';
import type { TradingMarket } from './trading-environments.ts';

/** An account that lost everything counts as having this share left: a logarithm must be a number. */
const LEAST_EQUITY = 0.01;

/**
 * Growth of log equity on the validation rows, after costs, by the likeliest action of a flat account: as the policy would be
 * served, and as the gate plays it. No bar beyond the latest label's end is used.
 */
export async function validationGrowth(
  player: Player,
  dataset: Dataset,
  { candles, volatility, labels, costs, market }: TradingMarket,
): Promise<number> {
  const rows = rowsOfBlock(dataset, 'validation');
  const bars = rows.map(row => dataset.bar[row]);
  const { scores } = await player.evaluate(bars, new Float32Array(bars.length * PORTFOLIO_SIZE));
  const { from, to } = spanOf(rows, dataset);
  const direction = new Int8Array(candles.close.length).fill(-1);
  for (const [at, bar] of bars.entries()) direction[bar] = ACTION_DIRECTION[likeliestAction(scores, at)];
  const { equity, initialCash } = playDirections({
    candles,
    volatility,
    direction,
    fromBar: from,
    toBar: to + 1,
    labels,
    costs,
    market,
  });
  return Math.log(Math.max(LEAST_EQUITY, equity[equity.length - 1] / initialCash));
}

function likeliestAction(scores: Float32Array, row: number): number {
  let best = 0;
  for (let action = 1; action < ACTIONS.length; action++)
    if (scores[row * ACTIONS.length + action] > scores[row * ACTIONS.length + best]) best = action;
  return best;
}
