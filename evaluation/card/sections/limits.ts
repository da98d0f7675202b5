import type { Evidence } from '../../../contracts/evidence.ts';
import { joined, utc } from '../../../contracts/wording.ts';
import { barsToDetectFrom, durationOfBars, TOLD_DIFFERENCE } from '../../detection-time.ts';
import type { CardMeta, CardSection } from '../document.ts';

/** Where not to trust a model, in plain words. */
export function limitSection(meta: CardMeta, evidence: Evidence): CardSection {
  const { recipe, marketKind, series } = meta;
  const { missingInTraining } = meta.dataset;
  const failed = evidence.rules.filter(rule => rule.required && rule.outcome !== 'pass');
  const limits = [
    `It knows ${series.symbol} on ${series.venue} at ${series.timeframe}; nothing was shown for any other market or timeframe.`,
    meta.task === 'approve2'
      ? 'It gives no direction of its own: it answers in that of a signal which it approves, and says nothing of signals it was not trained for.'
      : null,
    'The intervals speak of the test block. They can’t speak of a market that has changed since.',
    detectionSentence(meta, evidence),
    `The backtest fills at the next open and at its levels whatever the size, and knows neither market impact nor outages${marketKind === 'swap' ? ' nor funding payments' : ''}.`,
    marketKind === 'spot' ? 'On spot SHORT closes a long and never opens a position.' : null,
    evidence.tradable
      ? null
      : 'No edge after costs was shown: real orders refuse it, signals and paper trading do not.',
    failed.length
      ? `Required rules that it did not pass: ${joined(failed.map(rule => rule.rule))}. It serves only if an operator overrides the gate.`
      : null,
    missingInTraining.length
      ? `Features that may be missing: ${joined(missingInTraining)}. If another one is missing it does not answer.`
      : 'No feature was missing in training: if one is missing later it does not answer.',
    `${recipe.maxModelAgeDays} days after the last bar of its data (${utc(meta.dataset.lastTime)}) it no longer serves.`,
  ];
  return {
    title: 'Limits',
    blocks: [{ kind: 'list', items: limits.filter(limit => limit !== null) }],
  };
}

/** A model that never changes its answer has no spread, and what has none says nothing of the next. */
function detectionSentence({ series }: CardMeta, evidence: Evidence): string {
  const bars = barsToDetectFrom(evidence, TOLD_DIFFERENCE);
  if (bars === null || bars === 0)
    return 'How long telling it from another model would take is not known: its MCC has no interval of any width.';
  return `Once it serves, it takes ${durationOfBars(bars, series.timeframe)} (${bars} bars) until a model whose MCC is ${TOLD_DIFFERENCE} better or worse can be told from it with 80 % probability; until then a comparison mostly says “inconclusive”.`;
}
