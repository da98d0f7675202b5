/*
 * Features of your own. In a recipe:
 *
 *   features:
 *     names: [rsi_14, range_share_24, rises_in_a_row]
 *     files: [features/example.ts]
 *
 * Before you train on them: alphaloom features audit features/example.ts
 */

interface Bars {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

export default [
  {
    name: 'range_share_24',
    lookBack: 23,
    unit: '0-1',
    source: 'where the close stands between the lowest low and the highest high of 24 bars',
    kernel: {
      /** Whole columns: a value per bar, NaN where there are too few before it. Row t reads rows up to t. */
      column({ high, low, close }: Bars) {
        return close.map((price, t) => {
          if (t < 23) return Number.NaN;
          const highest = Math.max(...high.subarray(t - 23, t + 1));
          const lowest = Math.min(...low.subarray(t - 23, t + 1));
          return highest > lowest ? (price - lowest) / (highest - lowest) : 0.5;
        });
      },
    },
  },
  {
    name: 'rises_in_a_row',
    lookBack: 10,
    unit: 'bars',
    source: 'closes above the one before, counted up to 10',
    inputs: ['close'],
    parameters: { most: 10 },
    kernel: {
      /** Bar by bar: start() makes what the formula remembers, advance() takes the next bars, one or many. */
      start({ most }: { readonly most: number }) {
        let before = Number.NaN;
        let rises = 0;
        return {
          advance({ close }: Pick<Bars, 'close'>, { value }: { readonly value: Float64Array }) {
            for (let i = 0; i < close.length; i++) {
              rises = close[i] > before ? Math.min(most, rises + 1) : 0;
              before = close[i];
              value[i] = rises;
            }
          },
        };
      },
    },
  },
];
