import type { Costs, ExitReason } from '../../../contracts/backtest.ts';
import type { BacktestSummary, Evidence, SharpeEvidence } from '../../../contracts/evidence.ts';
import { basisPoints, decimals, interval, percent } from '../../../contracts/wording.ts';
import { type CardSection, paragraph } from '../document.ts';
import { equityPlot } from '../figures/equity-plot.ts';

export function afterCostsSection({
  backtest,
  intervals,
  classes,
  sharpe,
  equityCurve,
}: Evidence): CardSection {
  const isVeto = classes.includes('APPROVE');
  const rows = [
    ['trades (long, short)', `${backtest.trades} (${backtest.longTrades}, ${backtest.shortTrades})`],
    ['net return per trade', basisPoints(backtest.meanNetReturn)],
    ['… 95 % interval', interval(intervals.netReturnPerTrade, basisPoints)],
    ['gross return per trade', basisPoints(backtest.meanGrossReturn)],
    ['… 95 % interval', interval(intervals.grossReturnPerTrade, basisPoints)],
    ['trades that earned their costs', percent(backtest.hitRate)],
    ['total net return, compounded', percent(backtest.totalNetReturn)],
    ['largest drawdown', percent(backtest.maxDrawdown)],
    ...(sharpe ? sharpeRows(sharpe) : []),
    ['bars held per trade', decimals(backtest.meanHoldingBars, 1)],
    ['time in the market', percent(backtest.exposure)],
    ...(backtest.costs ? costRows(backtest.costs) : []),
    ...(backtest.turnover === undefined
      ? []
      : [['bought and sold, as a multiple of the purse', decimals(backtest.turnover, 1)]]),
    ...exitRows(backtest.exits),
  ];
  return {
    title: 'After costs',
    blocks: [
      paragraph(
        `The test block played bar by bar as a ${backtest.marketKind} market allows: one position at a time, ${isVeto ? 'on the side of the signal that it approves, ' : ''}entry at the next open, exit as labelled${backtest.marketKind === 'spot' ? ' or at the next open after SHORT' : ''}, ${backtest.costsPerSideBps} bp of costs per side${backtest.costs ? ' at market, the maker’s fee alone at a target, which rests' : ''}.`,
      ),
      ...(equityCurve ? [{ kind: 'figures', draw: () => [equityPlot(equityCurve)] } as const] : []),
      {
        kind: 'table',
        label: 'Backtest of the test block',
        columns: [
          { title: '', kind: 'text' },
          { title: 'value', kind: 'right' },
        ],
        rows,
      },
    ],
  };
}

/** A row each: several in one would be too wide for a phone. What was not paid is left out. */
function costRows(costs: Costs): string[][] {
  return COST_KINDS.filter(kind => costs[kind] !== 0).map(kind => [
    `${kind}, as a share of the purse`,
    percent(costs[kind]),
  ]);
}

const COST_KINDS = ['fees', 'spread', 'slippage', 'funding'] as const;

function exitRows(exits: BacktestSummary['exits']): string[][] {
  return EXITS.flatMap(([reason, name]) =>
    exits[reason] ? [[`left by ${name}`, String(exits[reason])]] : [],
  );
}

const EXITS: readonly (readonly [ExitReason, string])[] = [
  ['target', 'target'],
  ['stop', 'stop'],
  ['trailing', 'trailing stop'],
  ['time', 'time'],
  ['signal', 'signal'],
  ['liquidation', 'liquidation'],
  ['end', 'the end of the block'],
];

function sharpeRows(sharpe: SharpeEvidence): string[][] {
  const { perBar, annualised, probabilistic, deflated, trials, expectedMaximum, spread } = sharpe;
  const spreadOf = spread === 'no skill' ? 'as estimates without skill spread' : 'as the trials spread';
  return [
    ['Sharpe ratio per bar (per year)', `${decimals(perBar, 4)} (${decimals(annualised, 2)})`],
    ['probability that it is truly above 0', percent(probabilistic)],
    [
      trials === 1
        ? 'the same, deflated: nothing else had been tried'
        : `… above ${decimals(expectedMaximum, 4)}, which the best of ${trials} trials would show by luck (${spreadOf})`,
      percent(deflated),
    ],
  ];
}
