import type { Fault } from './faults.ts';
import type { Kline } from './market.ts';

/** The bars of an answer with a fault among them; `before` are those that precede them. */
export function spoilKlines(
  klines: readonly Kline[],
  before: readonly Kline[],
  fault: Fault,
): readonly Kline[] {
  switch (fault.kind) {
    case 'duplicates':
      return klines.flatMap(kline => [kline, kline]);
    case 'overlapping':
      return [...before.slice(-fault.bars), ...klines];
    case 'unsorted':
      return klines.toReversed();
    case 'overlapping-otherwise':
      return [...before.slice(-fault.bars, -1), ...before.slice(-1).map(otherwise), ...klines];
    case 'contradicting':
      return [klines[0], otherwise(klines[0]), ...klines.slice(1)];
    case 'no-bars':
      return [];
    default:
      return klines;
  }
}

/** The bar with another close. */
function otherwise([time, open, high, low, close, ...rest]: Kline): Kline {
  return [time, open, high, low, close === low ? high : low, ...rest];
}

/** An answer about trades, about one order, or about the time, as a fault leaves it. */
export function spoilAnswer(answer: unknown, fault: Fault): unknown {
  switch (fault.kind) {
    case 'duplicate-trades':
      return listOf(answer).flatMap(trade => [trade, trade]);
    case 'unordered-trades':
      return listOf(answer).toReversed();
    case 'missing-trades':
      return listOf(answer).slice(0, Math.max(0, listOf(answer).length - fault.count));
    case 'clock-skew':
      return withField(answer, 'serverTime', time => Number(time) + fault.ms);
    case 'other-order':
      return withField(
        withField(answer, 'clientOrderId', () => 'an-order-of-another'),
        'orderId',
        id => Number(id) + 1_000_000,
      );
    default:
      return answer;
  }
}

function listOf(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [];
}

function withField(answer: unknown, name: string, change: (value: unknown) => unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !(name in answer)) return answer;
  return { ...answer, [name]: change((answer as Record<string, unknown>)[name]) };
}
