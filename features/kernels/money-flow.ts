import { SCRATCH } from './columns/scratch.ts';
import { WindowSum } from './columns/sum.ts';
import type { Kernel } from './kernel.ts';

const [FLOW, TOTAL, FAST, SLOW] = SCRATCH;

/** Typical prices nearer than this share of them are equal: a mean of three rounds. */
const ROUNDING = 1e-14;

/** Accumulation of a bar: its volume, by where the close stands between the low (−1) and the high (1); 0 without a range. */
function fillAccumulation(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
  out: Float64Array,
): void {
  for (let i = 0; i < close.length; i++) {
    const range = high[i] - low[i];
    out[i] = range === 0 ? 0 : ((close[i] - low[i] - (high[i] - close[i])) / range) * volume[i];
  }
}

/** `share`: accumulation of the last `period` bars over their volume; NaN where none of them traded (Chaikin's money flow). */
export const chaikinMoneyFlow: Kernel = {
  name: 'chaikin-money-flow',
  inputs: ['high', 'low', 'close', 'volume'],
  outputs: ['share'],
  start({ period }) {
    const flows = new WindowSum(period);
    const volumes = new WindowSum(period);
    return {
      advance({ high, low, close, volume }, { share }) {
        const count = close.length;
        fillAccumulation(high, low, close, volume, FLOW);
        flows.advance(FLOW, FLOW, count);
        volumes.advance(volume, TOTAL, count);
        if (share) for (let i = 0; i < count; i++) share[i] = FLOW[i] / TOTAL[i];
      },
    };
  },
};

/**
 * `ratio`: EMA(`fast`) − EMA(`slow`) of the accumulation line, each starting at its first value, over the mean of the last
 * `period` volumes; NaN where none of them traded (TA-Lib's ADOSC / mean volume). Kept as the averages' distance from the
 * line, which itself grows without end.
 */
export const chaikinOscillator: Kernel = {
  name: 'chaikin-oscillator',
  inputs: ['high', 'low', 'close', 'volume'],
  outputs: ['ratio'],
  start(parameters) {
    const volumes = new WindowSum(parameters.period);
    const fastKept = 1 - 2 / (parameters.fast + 1);
    const slowKept = 1 - 2 / (parameters.slow + 1);
    let [fast, slow] = [0, 0];
    let isFirst = true;
    return {
      advance({ high, low, close, volume }, { ratio }) {
        const count = close.length;
        fillAccumulation(high, low, close, volume, FLOW);
        // The line starts with the first bar's accumulation, and so do its averages.
        if (isFirst) FLOW[0] = 0;
        isFirst = false;
        let [fastBelow, slowBelow] = [fast, slow];
        for (let i = 0; i < count; i++) {
          fastBelow = fastKept * (fastBelow - FLOW[i]);
          slowBelow = slowKept * (slowBelow - FLOW[i]);
          FAST[i] = fastBelow;
          SLOW[i] = slowBelow;
        }
        [fast, slow] = [fastBelow, slowBelow];
        volumes.advance(volume, TOTAL, count);
        if (!ratio) return;
        for (let i = 0; i < count; i++) ratio[i] = ((FAST[i] - SLOW[i]) * parameters.period) / TOTAL[i];
      },
    };
  },
};

/**
 * `index`: of the money (typical price × volume) of the last `period` bars whose typical price changed, the share of those
 * where it rose, 0-100; 0 where there is none (Quong & Soudack, 1989; TA-Lib's MFI).
 */
export const moneyFlowIndex: Kernel = {
  name: 'money-flow-index',
  inputs: ['typicalPrice', 'volume'],
  outputs: ['index'],
  start({ period }) {
    const risen = new WindowSum(period);
    const moved = new WindowSum(period);
    let last = Number.NaN;
    return {
      advance({ typicalPrice, volume }, { index }) {
        const count = volume.length;
        let before = last;
        for (let i = 0; i < count; i++) {
          const price = typicalPrice[i];
          const change = price - before;
          const direction = Math.abs(change) < ROUNDING * price ? 0 : Math.sign(change);
          const money = Math.abs(direction) * price * volume[i];
          FLOW[i] = 0.5 * (1 + direction) * money;
          TOTAL[i] = money;
          before = price;
        }
        last = before;
        risen.advance(FLOW, FLOW, count);
        moved.advance(TOTAL, TOTAL, count);
        if (index) for (let i = 0; i < count; i++) index[i] = TOTAL[i] === 0 ? 0 : (100 * FLOW[i]) / TOTAL[i];
      },
    };
  },
};

/**
 * Of the last `period` bars' volume: `balance` = what traded in bars that closed higher less what traded in those that closed
 * lower, as a share of all, −1 to 1, the slope of on-balance volume (Granville, 1963); `up` = the share of those that closed
 * higher. NaN where none of them traded.
 */
export const signedVolume: Kernel = {
  name: 'signed-volume',
  inputs: ['closeChange', 'volume'],
  outputs: ['balance', 'up'],
  start({ period }) {
    const signed = new WindowSum(period);
    const rising = new WindowSum(period);
    const volumes = new WindowSum(period);
    return {
      advance({ closeChange, volume }, { balance, up }) {
        const count = volume.length;
        volumes.advance(volume, TOTAL, count);
        for (let i = 0; i < count; i++) FLOW[i] = Math.sign(closeChange[i]) * volume[i];
        if (balance) {
          signed.advance(FLOW, FAST, count);
          for (let i = 0; i < count; i++) balance[i] = FAST[i] / TOTAL[i];
        }
        if (!up) return;
        for (let i = 0; i < count; i++) FLOW[i] = 0.5 * (FLOW[i] + Math.abs(FLOW[i]));
        rising.advance(FLOW, FLOW, count);
        for (let i = 0; i < count; i++) up[i] = FLOW[i] / TOTAL[i];
      },
    };
  },
};
