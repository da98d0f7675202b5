import type { Evidence } from '../../../contracts/evidence.ts';
import type { LabelSpec, TripleBarrierSpec } from '../../../contracts/labels.ts';
import type { ImportedOrigin } from '../../../contracts/package.ts';
import { seriesId } from '../../../contracts/series.ts';
import { aucName, basisPoints, decimals, interval, percent, utc } from '../../../contracts/wording.ts';
import type { KeyFigure } from '../../plots/parts.ts';
import type { CardDocument, CardMeta } from '../document.ts';

/** What stands before the sections. */
export function cardSummary(meta: CardMeta, evidence: Evidence): Omit<CardDocument, 'sections'> {
  const { recipe, series, marketKind, task } = meta;
  return {
    title: `${seriesId(series)} · ${recipe.name}`,
    about: `${SUBJECTS[task]} ${series.symbol} (${series.venue}, ${marketKind}) on closed ${series.timeframe} bars, by the estimator ${recipe.train.estimator}. ${labelSentence(recipe.labels)}`,
    verdict: verdictOf(evidence),
    cautions: [
      ...(meta.synthetic
        ? ['It was trained and judged on generated bars: nothing here says anything of a market.']
        : []),
      ...(meta.imported ? [importedSentence(meta.imported)] : []),
    ],
    description: recipe.description ?? null,
    keyFigures: keyFiguresOf(evidence),
  };
}

const SUBJECTS: Readonly<Record<CardMeta['task'], string>> = {
  direction3: 'A model of the direction of',
  approve2: 'A veto on signals of others, which it approves or rejects, for',
  return: 'A model of the return of',
};

function labelSentence(labels: LabelSpec): string {
  const bars = `${labels.horizonBars} bars`;
  switch (labels.kind) {
    case 'triple-barrier': {
      const unit = VOLATILITY_WORDS[labels.volatility ?? 'atr14'];
      return `LONG means that the price reaches ${labels.upAtr} ${unit} above the next bar’s open before it falls ${labels.downAtr} ${unit} below it, SHORT the reverse, NO_TRADE that neither happens within ${bars} or that one bar touches both.`;
    }
    case 'fixed-horizon':
      return `LONG means a log return above ${labels.thresholdLogReturn} from the next bar’s open to the close ${bars} after the signal, SHORT one below −${labels.thresholdLogReturn}, NO_TRADE what lies between.`;
    case 'forward-return':
      return `It expects the log return from the next bar’s open to the close ${bars} after the signal.`;
    case 'sigma-reversion':
      return `APPROVE means that the price comes back by ${labels.sigmas} deviations towards its mean of ${labels.windowBars} seconds within ${labels.horizonBars} seconds.`;
  }
}

const VOLATILITY_WORDS: Readonly<Record<NonNullable<TripleBarrierSpec['volatility']>, string>> = {
  atr14: 'ATR14',
  atr50: 'ATR50',
  deviation20: 'deviations (of 20 bars’ returns)',
  deviation100: 'deviations (of 100 bars’ returns)',
};

/** Of a refused model the card says at once which rules refused it, in their own sentences. */
function verdictOf({ eligible, tradable, rules }: Evidence): CardDocument['verdict'] {
  const refused = rules.filter(rule => rule.required && rule.outcome !== 'pass').map(({ reason }) => reason);
  const use = tradable
    ? 'It showed an edge after costs: tradable.'
    : 'It showed no edge after costs: for signals and paper trading only.';
  return eligible
    ? { isGood: true, statement: 'It passed every required rule of the gate.', why: use }
    : { isGood: false, statement: 'It did not pass the gate.', why: refused.join(' ') };
}

function importedSentence({ file, sha256, trainedThroughTime }: ImportedOrigin): string {
  const seen =
    trainedThroughTime === null
      ? 'What bars its training saw is not known, so it may have seen those it was judged by.'
      : `Its importer says that its training saw bars through ${utc(trainedThroughTime)}.`;
  return `It was trained elsewhere and imported from ${file} (SHA-256 ${sha256}). ${seen}`;
}

function keyFiguresOf({ intervals, backtest, classes, baseline }: Evidence): KeyFigure[] {
  const { mcc, directionalAuc, netReturnPerTrade, accuracy } = intervals;
  const net = netReturnPerTrade.value;
  return [
    { label: 'MCC', value: decimals(mcc.value), note: interval(mcc, decimals) },
    {
      label: aucName(classes),
      value: decimals(directionalAuc.value),
      note: interval(directionalAuc, decimals),
    },
    {
      label: 'accuracy',
      value: percent(accuracy.value),
      note: `constant answer ${percent(baseline.accuracy)}`,
    },
    {
      label: 'net return per trade',
      value: basisPoints(net),
      note: `${interval(netReturnPerTrade, basisPoints)}; ${backtest.trades} ${backtest.trades === 1 ? 'trade' : 'trades'}`,
      ...(net !== null && { tone: net > 0 ? ('gain' as const) : ('loss' as const) }),
    },
  ];
}
