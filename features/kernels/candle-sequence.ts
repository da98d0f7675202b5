import { History } from './columns/history.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [VALUE] = SCRATCH;

/**
 * A bar beside the one before it: `gap` = open / previous close − 1; `high` and `low` = how far each moved, as a share of the
 * close; `containment` = −1 inside the bar before, 1 around it, 0 neither; `engulfing` = 1 where a rising body holds the whole
 * body of a falling bar before it, −1 the reverse, else 0; `overlap` = what both ranges share of both together, 0 to 1, 1
 * where both are one price.
 */
export const candlePair: Kernel = {
  name: 'candle-pair',
  inputs: ['open', 'high', 'low', 'close', 'perClose'],
  outputs: ['gap', 'high', 'low', 'containment', 'engulfing', 'overlap'],
  start() {
    const before = { open: new History(1), high: new History(1), low: new History(1), close: new History(1) };
    return {
      advance({ open, high, low, close, perClose }, out) {
        const count = close.length;
        before.open.advance(open, count);
        before.high.advance(high, count);
        before.low.advance(low, count);
        before.close.advance(close, count);
        const [openBefore, closeBefore] = [before.open.values, before.close.values];
        const [highBefore, lowBefore] = [before.high.values, before.low.values];
        const { gap, containment, engulfing, overlap } = out;
        if (gap) for (let i = 0; i < count; i++) gap[i] = (open[i] - closeBefore[i]) / closeBefore[i];
        if (out.high) for (let i = 0; i < count; i++) out.high[i] = (high[i] - highBefore[i]) * perClose[i];
        if (out.low) for (let i = 0; i < count; i++) out.low[i] = (low[i] - lowBefore[i]) * perClose[i];
        if (containment) {
          for (let i = 0; i < count; i++) {
            const around = +(high[i] >= highBefore[i]) & +(low[i] <= lowBefore[i]);
            const inside = +(high[i] <= highBefore[i]) & +(low[i] >= lowBefore[i]);
            containment[i] = around - inside + 0 * highBefore[i];
          }
        }
        if (engulfing) {
          for (let i = 0; i < count; i++) {
            const [from, to] = [openBefore[i], closeBefore[i]];
            const rising = +(to < from) & +(close[i] > from) & +(open[i] <= to);
            const falling = +(to > from) & +(close[i] < from) & +(open[i] >= to);
            engulfing[i] = rising - falling + 0 * to;
          }
        }
        if (!overlap) return;
        for (let i = 0; i < count; i++) {
          const both = high[i] - low[i] + (highBefore[i] - lowBefore[i]);
          const apart = Math.abs(high[i] - highBefore[i]) + Math.abs(low[i] - lowBefore[i]);
          // What lies in either range is half of their sum and of their ends' distances, what lies in both the rest.
          const all = 0.5 * (both + apart);
          overlap[i] = all === 0 ? 1 : Math.max(0, 0.5 * (both - apart)) / all;
        }
      },
    };
  },
};

/**
 * `run`: for how many bars on end, this one included, the close rose (positive) or fell (negative), at most `limit`;
 * 0 where it did not change.
 */
export const closingRun: Kernel = {
  name: 'closing-run',
  inputs: ['closeChange'],
  outputs: ['run'],
  start({ limit }) {
    let last = 0;
    let known = 0;
    return {
      advance({ closeChange }, { run }) {
        let length = last;
        for (let i = 0; i < closeChange.length; i++) {
          const direction = Math.sign(closeChange[i]);
          if (Number.isNaN(direction)) length = 0;
          else if (direction * length <= 0) length = direction;
          else length = direction * Math.min(limit, direction * length + 1);
          if (run) run[i] = known < limit ? Number.NaN : length;
          if (known < limit) known++;
        }
        last = length;
      },
    };
  },
};

/** `share`: of the last `period` bars, those that closed higher than the bar before, less those that closed lower. */
export const closingBalance: Kernel = {
  name: 'closing-balance',
  inputs: ['closeChange'],
  outputs: ['share'],
  start({ period }) {
    const signs = new WindowSum(period);
    return {
      advance({ closeChange }, { share }) {
        const count = closeChange.length;
        for (let i = 0; i < count; i++) VALUE[i] = Math.sign(closeChange[i]);
        signs.advance(VALUE, VALUE, count);
        if (share) for (let i = 0; i < count; i++) share[i] = VALUE[i] / period;
      },
    };
  },
};
