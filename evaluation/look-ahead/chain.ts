import type { Signals, TradingRules } from '../../contracts/backtest.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { Decide, Intent } from '../../contracts/intents.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { volatilityOf, volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { type AnsweringModel, featureColumns, type ModelInputs } from '../../inference/answer-bars.ts';
import { versionSignals } from '../../inference/version-signals.ts';
import { backtest } from '../../strategy/backtest.ts';

/** What is traded, and how. */
export interface ChainSpec {
  /** Null: nothing is predicted. */
  readonly model: AnsweringModel | null;
  /** Without a model: what one that is yet to be trained would be given; absent: nothing. */
  readonly inputs?: ModelInputs;
  readonly symbol: string;
  readonly kind: MarketKind;
  readonly labels: LabelSpec;
  readonly rules: TradingRules | null;
  /** Duration of a bar; absent: policies that count in time can't be played. */
  readonly barMs?: number;
  readonly policy: Policy;
  readonly costs: CostSpec;
  /** In quote. */
  readonly initialCash: number;
  /** A `decide` that remembers nothing of earlier runs. */
  startDecide(): Promise<Decide>;
}

/** All that the chain made of some bars; columns as long as these. */
export interface ChainRun {
  readonly bars: MarketBars;
  /** By name; NaN where missing. */
  readonly features: ReadonlyMap<string, Float32Array>;
  readonly signals: Signals;
  /** What was decided at the close of each bar; absent where `decide` was not asked. */
  readonly intents: ReadonlyMap<number, readonly Intent[]>;
}

/**
 * Bars through the whole chain: features from the first on, the model's answers and decisions at bars [fromBar, toBar),
 * and what a backtest of these bars decides. In the last of them nothing is decided, as in every backtest.
 */
export async function runChain(
  spec: ChainSpec,
  bars: MarketBars,
  fromBar: number,
  toBar: number,
): Promise<ChainRun> {
  const { model } = spec;
  const inputs = inputsOf(spec);
  const features = new Map(
    inputs === null
      ? []
      : featureColumns(inputs, bars).map((column, at) => [inputs.meta.featureNames[at], column] as const),
  );
  const signals =
    model === null
      ? noSignals(spec, bars)
      : (await versionSignals(model, { bars, fromBar, toBar, ignoreAge: true })).signals;
  const intents = new Map<number, readonly Intent[]>();
  const decide = await spec.startDecide();
  const { symbol, kind, labels, rules, barMs, policy, costs, initialCash } = spec;
  backtest(
    {
      markets: [
        {
          symbol,
          kind,
          candles: bars,
          signals,
          labels,
          rules,
          funding: null,
          ...(barMs !== undefined && { barMs }),
        },
      ],
      policy,
      costs,
      initialCash,
      fromTime: bars.openTime[fromBar],
      toTime: bars.openTime[toBar - 1] + 1,
    },
    (prediction, portfolio, given, bar) => {
      const decided = decide(prediction, portfolio, given, bar);
      intents.set(bar.bar, structuredClone(decided));
      return decided;
    },
  );
  return { bars, features, signals, intents };
}

/** What features are computed for; null: none are. */
export function inputsOf({ model, inputs }: Pick<ChainSpec, 'model' | 'inputs'>): ModelInputs | null {
  return model ?? inputs ?? null;
}

function noSignals({ labels }: ChainSpec, bars: MarketBars): Signals {
  return {
    direction: new Int8Array(bars.close.length).fill(-1),
    volatility: volatilityPerBar(bars, volatilityOf(labels)),
  };
}
