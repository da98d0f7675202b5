import { Change } from './columns/change.ts';
import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [VALUE] = SCRATCH;

/** A bar that can be compared with the one after it. */
interface Bar {
  open: number;
  high: number;
  low: number;
  close: number;
}

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
    const before: Bar = { open: Number.NaN, high: Number.NaN, low: Number.NaN, close: Number.NaN };
    const [highChange, lowChange] = [new Change(), new Change()];
    return {
      advance({ open, high, low, close, perClose }, out) {
        const count = close.length;
        if (out.high) {
          highChange.advance(high, out.high, count);
          for (let i = 0; i < count; i++) out.high[i] *= perClose[i];
        }
        if (out.low) {
          lowChange.advance(low, out.low, count);
          for (let i = 0; i < count; i++) out.low[i] *= perClose[i];
        }
        const { gap, containment, engulfing, overlap } = out;
        let { open: openBefore, high: highBefore, low: lowBefore, close: closeBefore } = before;
        for (let i = 0; i < count; i++) {
          if (gap) gap[i] = (open[i] - closeBefore) / closeBefore;
          if (containment) {
            const around = +(high[i] >= highBefore) & +(low[i] <= lowBefore);
            const inside = +(high[i] <= highBefore) & +(low[i] >= lowBefore);
            containment[i] = around - inside + 0 * highBefore;
          }
          if (engulfing) {
            const rising = +(closeBefore < openBefore) & +(close[i] > openBefore) & +(open[i] <= closeBefore);
            const falling =
              +(closeBefore > openBefore) & +(close[i] < openBefore) & +(open[i] >= closeBefore);
            engulfing[i] = rising - falling + 0 * closeBefore;
          }
          if (overlap) {
            const all = Math.max(high[i], highBefore) - Math.min(low[i], lowBefore);
            const shared = Math.min(high[i], highBefore) - Math.max(low[i], lowBefore);
            overlap[i] = all === 0 ? 1 : Math.max(0, shared) / all;
          }
          openBefore = open[i];
          highBefore = high[i];
          lowBefore = low[i];
          closeBefore = close[i];
        }
        before.open = openBefore;
        before.high = highBefore;
        before.low = lowBefore;
        before.close = closeBefore;
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
