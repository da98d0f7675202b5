import type { RefusedOrders } from '../../contracts/backtest.ts';
import type { BacktestDocument, PlayedMarket, PlayedStrategy } from '../../contracts/backtest-document.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { LevelDistance, Policy } from '../../contracts/policy.ts';
import { utc } from '../../contracts/wording.ts';
import { type Content, html, type Markup } from '../plots/markup.ts';
import { type Column, dataTable } from '../plots/parts.ts';
import { day, fixed, share, whole } from './amounts.ts';
import type { PlayedBacktest } from './played-backtest.ts';
import { blockedSentences, ruleSentences } from './rule-sentences.ts';

/** What was played, by what, and by which rules. */
export function assumptionSection({ document, performance }: PlayedBacktest): Content {
  return [
    html`<h3>Played</h3>`,
    marketTable(document),
    ...(document.strategy === null ? policyPart(document) : strategyPart(document.strategy, document.policy)),
    html`<h3>Fills and costs</h3>`,
    list([
      ...FILLS,
      ...costSentences(document.costs),
      ...marketSentences(document.markets),
      ...refusedSentences(performance.refused),
      ...blockedSentences(performance.blocked),
    ]),
  ];
}

const MARKETS: readonly Column[] = [
  { title: 'Series', kind: 'kept' },
  { title: 'Decided by', kind: 'prose' },
  { title: 'Bars', kind: 'right' },
  { title: 'First', kind: 'right' },
  { title: 'Last', kind: 'right' },
  { title: 'Long', kind: 'right' },
  { title: 'Short', kind: 'right' },
  { title: 'No answer', kind: 'right' },
];

function marketTable({ markets, strategy }: BacktestDocument): Markup {
  return dataTable(
    'Played series',
    MARKETS,
    markets.map(market => {
      const { series, candles, signals, synthetic } = market;
      return [
        synthetic ? `${series} (generated)` : series,
        decider(market, strategy),
        whole(candles.bars),
        day(candles.firstTime),
        day(candles.lastTime),
        whole(signals.long),
        whole(signals.short),
        whole(signals.unanswered + signals.expired),
      ];
    }),
  );
}

function decider({ series, model }: PlayedMarket, strategy: PlayedStrategy | null): Content {
  const own = strategy === null ? null : `strategy ${strategy.file} (${strategy.sha256.slice(0, 12)})`;
  if (model === null) return own;
  const name = model.version === null ? model.packageId.slice(0, 12) : `v${model.version}`;
  const origin = model.trainedOn === series ? '' : ` of ${model.trainedOn}`;
  return html`${own === null ? null : `${own} with `}${name} ${model.recipe}${origin}, trained through <span class="kept">${day(model.trainedThroughTime)}</span>`;
}

function policyPart(document: BacktestDocument): Content[] {
  const { name, description } = document.policy;
  return [
    html`<h3>Policy ${name}</h3>`,
    description === '' ? null : html`<p>${description}</p>`,
    list(policySentences(document)),
  ];
}

/** Of the policy that a strategy of one's own is given, only the account's limits bind. */
function strategyPart(strategy: PlayedStrategy, policy: Policy): Content[] {
  return [
    html`<h3>Strategy ${strategy.file}</h3>`,
    list([
      'Decides by itself when to enter and to leave, by what order and how much, and where stop, targets and time limit stand.',
      `Is given the policy ${policy.name}, of which these bind: all positions together at most ${fixed(policy.maxLeverage, 2)} times the equity${volumeLimit(policy)}.`,
      ...ruleSentences(policy),
      `Audited on the played bars: ${whole(strategy.audit.repeated)} decisions asked for again, the bars cut off at ${whole(strategy.audit.cuts)} places.`,
    ]),
  ];
}

function volumeLimit({ maxVolumeShare }: Policy): string {
  return maxVolumeShare === undefined
    ? ''
    : `; an order takes at most ${share(maxVolumeShare)} of a bar’s volume`;
}

function policySentences({ policy, markets }: BacktestDocument): string[] {
  const { entry, exits, sizing, maxLeverage, maxOpenPositions, minConfidence, onOpposite, maxVolumeShare } =
    policy;
  const target = distance(exits.target, markets);
  const leaving = Object.entries(exits.targetShares)
    .filter(([, part]) => part > 0)
    .map(([name, part]) => `${share(part, 0)} leaves at ${name}`);
  return [
    entry.order === 'market'
      ? 'Enters at market, at the next open.'
      : `Enters by a limit order ${fixed(entry.offsetBps, 1)} bp from the last close, good for ${bars(entry.validBars)}.`,
    ...(minConfidence > 0 ? [`Needs a probability of at least ${share(minConfidence)}.`] : []),
    `${sizeSentence(sizing)}, all positions together at most ${fixed(maxLeverage, 2)} times the equity.`,
    ...(maxOpenPositions < 100_000 ? [`Holds at most ${whole(maxOpenPositions)} positions at once.`] : []),
    `Stop: ${distance(exits.stop, markets)}.`,
    `Target: ${target}${target.startsWith('none') ? '' : ` (${leaving.join(', ')})`}.`,
    ...(exits.trailing
      ? [
          `A trailing stop follows the best price at ${exits.trailing.distanceAtr} ATR, once it was ${exits.trailing.afterAtr} ATR in favour.`,
        ]
      : []),
    `Time limit: ${timeLimit(exits.maxBars, markets)}.`,
    `An opposite signal ${OPPOSITE[onOpposite ?? 'default']}.`,
    ...(maxVolumeShare === undefined
      ? []
      : [`An order takes at most ${share(maxVolumeShare)} of a bar’s volume.`]),
    ...ruleSentences(policy),
  ];
}

function sizeSentence(sizing: Policy['sizing']): string {
  const most = share(sizing.fraction, 0);
  switch (sizing.kind) {
    case 'fraction':
      return `Puts ${most} of the equity into a position`;
    case 'volatility-target':
      return `Sizes a position to a volatility of ${share(sizing.annualVolatility)} a year by its last ${bars(sizing.lookbackBars)}, at most ${most} of the equity`;
    case 'kelly':
      return `Sizes a position to ${share(sizing.share, 0)} of Kelly’s stake, at most ${most} of the equity`;
  }
}

const OPPOSITE = {
  hold: 'changes nothing',
  close: 'closes the position',
  reverse: 'closes the position and opens the other',
  default: 'closes a position on spot and changes nothing on swaps',
} as const;

function distance(of: LevelDistance, markets: readonly PlayedMarket[]): string {
  switch (of.kind) {
    case 'recipe':
      return markets.some(({ labels }) => labels.kind === 'triple-barrier')
        ? 'where the label’s barrier stood'
        : 'none, as the labels have no barriers';
    case 'atr':
      return `at ${of.multiple} ATR`;
    case 'percent':
      return `at ${of.percent} %`;
    case 'none':
      return 'none';
  }
}

function timeLimit(maxBars: Policy['exits']['maxBars'], markets: readonly PlayedMarket[]): string {
  if (maxBars === 'none') return 'none';
  if (maxBars !== 'recipe') return `${bars(maxBars)} after the signal`;
  const horizons = new Set(markets.map(({ labels }) => labels.horizonBars));
  return `the labels’ horizon, ${[...horizons].map(bars).join(' or ')} after the signal`;
}

const FILLS = [
  'What is decided at a bar’s close fills from the next bar’s open on; within a bar the stop counts before any target; levels that the open has jumped over fill at the open.',
];

function costSentences(costs: CostSpec): string[] {
  const side = costs.feeBps + costs.halfSpreadBps + costs.slippageBps;
  return [
    `At market: ${bp(costs.feeBps)} fee, ${bp(costs.halfSpreadBps)} half spread, ${bp(costs.slippageBps)} slippage; ${bp(side)} a side.`,
    `Resting orders (limit entries, targets): ${bp(costs.makerFeeBps ?? costs.feeBps)} fee.`,
    ...(costs.impactBps === undefined
      ? []
      : [`Impact: ${bp(costs.impactBps)} × √(quantity / volume of the bar) on top.`]),
    ...(costs.feeCurrency === 'received' ? ['Fees are taken from what an order receives.'] : []),
    ...(costs.fundingBpsPer8h === undefined
      ? []
      : [`Funding of a series without a file of rates: ${bp(costs.fundingBpsPer8h)} each eight hours.`]),
  ];
}

function marketSentences(markets: readonly PlayedMarket[]): string[] {
  const bySentence = Map.groupBy(markets, marketSentence);
  return [...bySentence].map(
    ([sentence, group]) => `${group.map(({ symbol }) => symbol).join(', ')}: ${sentence}.`,
  );
}

function marketSentence({ kind, rules, funding }: PlayedMarket): string {
  const rounding =
    rules === null
      ? `on ${kind}, the venue’s steps and minimums are not known, so nothing is rounded or refused for being small`
      : `on ${kind}, prices in steps of ${rules.tick ?? '–'}, quantities of ${rules.lot ?? '–'}, at least ${rules.minQuantity ?? '–'} and a notional of ${rules.minNotional ?? '–'}${rules.maxQuantity === undefined ? '' : `, at most ${rules.maxQuantity} in an order`}, as the venue said on ${utc(rules.fetchedTime)}`;
  if (funding === null) return rounding;
  return `${rounding}; ${whole(funding.payments)} recorded funding payments of ${funding.file}`;
}

function refusedSentences({ tooSmall, noFunds, lapsed, noLevels }: RefusedOrders): string[] {
  const parts = [
    [tooSmall, 'too small for the venue'],
    [noFunds, 'without funds'],
    [lapsed, 'limit orders that were not reached'],
    [noLevels, 'without levels: an unknown volatility, or a level at no positive price'],
  ] as const;
  const some = parts.filter(([count]) => count > 0);
  if (some.length === 0) return [];
  return [`Orders that came to nothing: ${some.map(([count, why]) => `${whole(count)} ${why}`).join(', ')}.`];
}

function list(sentences: readonly string[]): Markup {
  return html`<ul>${sentences.map(sentence => html`<li>${sentence}</li>`)}</ul>`;
}

function bars(count: number): string {
  return count === 1 ? '1 bar' : `${whole(count)} bars`;
}

function bp(value: number): string {
  return `${Number(value.toFixed(2))} bp`;
}
