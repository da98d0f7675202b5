import type { RuleLine } from '../../contracts/risk.ts';
import type { DecidedOrder, DecisionView } from '../../host/trading/decision-view.ts';
import { renderTime } from '../history-text.ts';
import type { Paint } from '../output.ts';
import { renderPrediction } from '../predict.ts';
import { renderTable } from '../table.ts';
import { plainNumber } from '../terminal-text.ts';
import { oneLine } from './status-text.ts';

/** A decision: the prediction, every rule with its numbers, and what became of its orders. */
export function renderDecision(decision: DecisionView, paint: Paint): string {
  const { account, symbol, timeframe, barTime, time, outcome, prediction, rules, orders, holding } = decision;
  return [
    `${paint.bold(outcome)}: ${account} ${symbol}/${timeframe}, bar of ${renderTime(barTime)}, decided ${renderTime(time)} (UTC)`,
    '',
    renderPrediction(prediction),
    '',
    rules.length === 0 ? 'No rule was asked.' : renderRules(rules, paint),
    '',
    ...(orders.length === 0 ? ['No orders.'] : orders.flatMap(renderOrder)),
    ...(holding.length === 0 ? [] : ['', ...holding.map(line => paint.yellow(oneLine(line)))]),
  ].join('\n');
}

function renderRules(rules: readonly RuleLine[], paint: Paint): string {
  const outcomes = { pass: paint.green('pass'), block: paint.red('BLOCK'), unknown: paint.yellow('unknown') };
  return renderTable<RuleLine>(rules, [
    { title: 'rule', cell: row => row.rule },
    { title: 'outcome', cell: row => outcomes[row.outcome] },
    { title: 'value', align: 'right', cell: row => numberText(row.value) },
    { title: 'limit', align: 'right', cell: row => numberText(row.limit) },
    { title: 'why', cell: row => `${row.outcome === 'block' ? `${row.code}: ` : ''}${row.sentence}` },
  ]);
}

function numberText(value: RuleLine['value']): string | null {
  if (value === null) return null;
  return typeof value === 'number' ? plainNumber(value, 7) : value;
}

function renderOrder(order: DecidedOrder): string[] {
  const { leg, side, type, quantity, price, stopPrice, status, clientOrderId } = order;
  const { filled, averagePrice, validation } = order;
  const at = `at ${stopPrice ?? price ?? 'market'}`;
  const fills = averagePrice === null ? '' : `, filled ${filled} at ${averagePrice}`;
  return [
    `${leg} ${side} ${quantity} ${type} ${at}: ${status}${fills}${order.because ? ` (${order.because})` : ''}`,
    `  id ${clientOrderId}; planned ${renderTime(order.plannedTime)}${order.sentAt === null ? ', never sent' : `, sent ${renderTime(order.sentAt)}`}${order.venueCode ? `; the venue’s code ${oneLine(order.venueCode)}` : ''}`,
    ...(validation ? [`  ${renderValidation(validation)}`] : []),
  ];
}

function renderValidation({
  verdict,
  confidence,
  reasons,
  model,
  latencyMs,
}: NonNullable<DecidedOrder['validation']>) {
  if (verdict === 'off') return 'no language model was asked';
  const sure = confidence === null ? '' : ` (${Math.round(confidence * 100)} %)`;
  const by = model === null ? '' : ` by ${oneLine(model)}${latencyMs === null ? '' : `, ${latencyMs} ms`}`;
  return `language model: ${verdict}${sure}${by}${reasons.length > 0 ? `: ${reasons.map(oneLine).join('; ')}` : ''}`;
}
