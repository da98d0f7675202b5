import type { RecipeDraft } from './recipe-draft.ts';

/** What became of a setting: where its value went, or why it went nowhere. */
export type Outcome = { readonly mapped: string } | { readonly reason: string };

/** A setting by its path (`**`: all below) and what is made of its value. */
export interface Rule {
  readonly path: string;
  apply(value: unknown, draft: RecipeDraft): Outcome;
}

const left = (path: string, reason: string): Rule => ({ path, apply: () => ({ reason }) });

/** A number within bounds, put into the draft. */
const number = (
  path: string,
  [low, high]: readonly [number, number],
  put: (value: number, draft: RecipeDraft) => string,
): Rule => ({
  path,
  apply: (value, draft) =>
    typeof value === 'number' && value >= low && value <= high
      ? { mapped: put(value, draft) }
      : { reason: `expected a number from ${low} to ${high}` },
});

/** A parameter of the model under LightGBM’s own name. */
const param = (name: string, own: string, bounds: readonly [number, number]): Rule =>
  number(`freqai.model_training_parameters.${name}`, bounds, (value, draft) => {
    draft.params[own] = value;
    return `the recipe’s train.params.${own}`;
  });

/** The same of a whole number. */
const wholeParam = (name: string, own: string, bounds: readonly [number, number]): Rule =>
  number(`freqai.model_training_parameters.${name}`, bounds, (value, draft) => {
    draft.params[own] = Math.round(value);
    return `the recipe’s train.params.${own}`;
  });

const TRADING = 'how to trade is no part of a recipe: set it in the trading policy';
const LEVELS =
  'a recipe’s levels are barriers in ATR (labels.upAtr, labels.downAtr), not shares of the price';
const FEATURES = 'features come from the catalog by set or name, computed on closed bars';
const OUTLIERS = 'rows are not dropped by this method';
const RUNNING = 'about running freqtrade itself';
const COUNT = [1, 20_000] as const;

/** All that is known of freqtrade's settings; the first rule that fits counts. Secrets were taken out before. */
export const RULES: readonly Rule[] = [
  left('exchange.name', 'kept as the venue of the data and symbols'),
  left('exchange.pair_whitelist', 'kept in the list of symbols'),
  left('exchange.pair_blacklist', 'kept in the list of symbols, by what it leaves out'),
  left('exchange.**', 'about connections; a venue’s are set in alphaloom.yaml'),
  left('add_config_files', 'read, and merged here'),
  {
    path: 'trading_mode',
    apply(value, draft) {
      const kinds = { spot: 'spot', futures: 'swap' } as const;
      const kind = Object.hasOwn(kinds, String(value)) ? kinds[value as 'spot'] : undefined;
      if (!kind) return { reason: 'only spot and futures are known' };
      draft.kind = kind;
      return { mapped: `the recipe’s markets (${kind}) and the venues of pairs` };
    },
  },
  {
    path: 'timeframe',
    apply: value =>
      typeof value === 'string' && /^\d+[smhd]$/.test(value)
        ? { mapped: `the timeframe to train with (${value})` }
        : { reason: 'not a timeframe' },
  },
  number('fee', [0, 0.1], (value, draft) => {
    draft.feeBps = Math.round(value * 1e8) / 1e4;
    return 'the recipe’s costs.feeBps';
  }),
  ...['max_open_trades', 'stake_currency', 'stake_amount', 'tradable_balance_ratio', 'available_capital'].map(
    path => left(path, TRADING),
  ),
  ...['amount_reserve_percent', 'amend_last_stake_amount', 'last_stake_amount_min_ratio'].map(path =>
    left(path, TRADING),
  ),
  ...['margin_mode', 'liquidation_buffer', 'dry_run', 'dry_run_wallet', 'dry_run_wallet.**'].map(path =>
    left(path, TRADING),
  ),
  ...['position_adjustment_enable', 'max_entry_position_adjustment', 'protections.**', 'edge.**'].map(path =>
    left(path, TRADING),
  ),
  ...['order_types.**', 'order_time_in_force.**', 'entry_pricing.**', 'exit_pricing.**'].map(path =>
    left(path, TRADING),
  ),
  ...['unfilledtimeout.**', 'cancel_open_orders_on_exit', 'ignore_buying_expired_candle_after'].map(path =>
    left(path, TRADING),
  ),
  ...['use_exit_signal', 'exit_profit_only', 'exit_profit_offset', 'ignore_roi_if_entry_signal'].map(path =>
    left(path, TRADING),
  ),
  ...['stoploss', 'minimal_roi.**', 'trailing_stop', 'trailing_stop_positive'].map(path =>
    left(path, LEVELS),
  ),
  ...['trailing_stop_positive_offset', 'trailing_only_offset_is_reached'].map(path => left(path, LEVELS)),
  left('pairlists.**', 'pairs are a fixed list here: what is in the list of symbols'),

  {
    path: 'freqai.identifier',
    apply(value, draft) {
      const name = String(value)
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 50);
      if (typeof value !== 'string' || name === '') return { reason: 'no name can be made of it' };
      draft.name = `freqtrade-${name}`;
      return { mapped: `the recipe’s name (${draft.name})` };
    },
  },
  number('freqai.train_period_days', [1e-6, 1e5], (value, draft) => {
    draft.trainDays = value;
    return 'the recipe’s split, with backtest_period_days: the window is all of a series’ history';
  }),
  number('freqai.backtest_period_days', [1e-6, 1e5], (value, draft) => {
    draft.testDays = value;
    return 'the recipe’s split.test, with train_period_days';
  }),
  number('freqai.expiration_hours', [1e-6, 1e6], (value, draft) => {
    draft.maxModelAgeDays = Math.ceil(value / 24);
    return `the recipe’s maxModelAgeDays (${draft.maxModelAgeDays})`;
  }),
  left('freqai.enabled', 'models are trained by train'),
  left('freqai.live_retrain_hours', 'retraining is scheduled outside of a recipe'),
  number('freqai.feature_parameters.label_period_candles', [1, 10_000], (value, draft) => {
    draft.horizonBars = Math.round(value);
    return 'the recipe’s labels.horizonBars';
  }),
  left(
    'freqai.feature_parameters.include_corr_pairlist',
    'a recipe names one leading market: set features.leader, and choose features of that family',
  ),
  left(
    'freqai.feature_parameters.include_timeframes',
    'choose features of longer timeframes from the catalog by name or family',
  ),
  left('freqai.feature_parameters.include_shifted_candles', `${FEATURES}; look-backs are their parameters`),
  left('freqai.feature_parameters.indicator_periods_candles', `${FEATURES}; periods are in their names`),
  ...['DI_threshold', 'use_SVM_to_remove_outliers', 'svm_params.**', 'use_DBSCAN_to_remove_outliers'].map(
    name => left(`freqai.feature_parameters.${name}`, OUTLIERS),
  ),
  left('freqai.feature_parameters.outlier_protection_percentage', OUTLIERS),
  left('freqai.feature_parameters.weight_factor', 'rows are weighed by class alone in this proposal'),
  left('freqai.feature_parameters.principal_component_analysis', 'features go into the model as they are'),
  left('freqai.feature_parameters.**', FEATURES),
  number('freqai.data_split_parameters.test_size', [0.01, 0.9], (value, draft) => {
    draft.validationShare = value;
    return 'the recipe’s split.validation (in FreqAI it stops the training; the recipe’s test is never seen by it)';
  }),
  number('freqai.data_split_parameters.random_state', [0, 2 ** 31 - 1], (value, draft) => {
    draft.seed ??= Math.floor(value);
    return 'the recipe’s train.seed';
  }),
  left(
    'freqai.data_split_parameters.shuffle',
    'rows stay in the order of time, else a test would know the future',
  ),
  number('freqai.model_training_parameters.random_state', [0, 2 ** 31 - 1], (value, draft) => {
    draft.seed = Math.floor(value);
    return 'the recipe’s train.seed';
  }),
  number('freqai.model_training_parameters.n_jobs', [1, 64], (value, draft) => {
    draft.threads = Math.floor(value);
    return 'the recipe’s train.threads';
  }),
  wholeParam('n_estimators', 'rounds', COUNT),
  wholeParam('early_stopping_rounds', 'patience', COUNT),
  param('learning_rate', 'learning_rate', [1e-6, 1]),
  wholeParam('num_leaves', 'num_leaves', [2, 4_096]),
  wholeParam('max_depth', 'max_depth', [-1, 64]),
  wholeParam('min_child_samples', 'min_data_in_leaf', [1, 1e7]),
  param('min_child_weight', 'min_sum_hessian_in_leaf', [0, 1e9]),
  param('min_split_gain', 'min_gain_to_split', [0, 1e9]),
  param('reg_alpha', 'lambda_l1', [0, 1e9]),
  param('reg_lambda', 'lambda_l2', [0, 1e9]),
  param('colsample_bytree', 'feature_fraction', [1e-6, 1]),
  param('subsample', 'bagging_fraction', [1e-6, 1]),
  wholeParam('subsample_freq', 'bagging_freq', [0, 20_000]),
  left('freqai.model_training_parameters.**', 'LightGBM of the recipe has no such parameter'),
  left('freqai.rl_config.**', 'no reinforcement learning here'),
  left('freqai.**', RUNNING),
  left('freqaimodel', 'the recipe’s estimator is LightGBM'),
  ...['strategy', 'strategy_path', 'freqaimodel_path', 'recursive_strategy_search'].map(path =>
    left(path, 'strategies in Python are not translated'),
  ),
  ...['telegram.**', 'discord.**', 'webhook.**', 'api_server.**', 'external_message_consumer.**'].map(path =>
    left(path, 'notifications and interfaces are set in alphaloom.yaml'),
  ),
  ...['bot_name', 'initial_state', 'force_entry_enable', 'internals.**', 'dataformat_ohlcv'].map(path =>
    left(path, RUNNING),
  ),
  ...['$schema', 'dataformat_trades', 'fiat_display_currency', 'user_data_dir', 'datadir', 'logfile'].map(
    path => left(path, RUNNING),
  ),
];

/** Whether a rule's path fits a setting's. */
export function fitsRule({ path }: Rule, keys: readonly string[]): boolean {
  const wanted = path.split('.');
  if (wanted.at(-1) === '**') {
    wanted.pop();
    return keys.length >= wanted.length && wanted.every((key, index) => key === keys[index]);
  }
  return keys.length === wanted.length && wanted.every((key, index) => key === keys[index]);
}
