// Environment steps a second without a net; then PPO's curve on a market with a planted edge, beside stable-baselines3.
import { report, timeRuns } from './measure.ts';
import { sliceCandles } from '../contracts/candles.ts';
import { volatilityPerBar } from '../datasets/labels/volatility.ts';
import { copyWindows } from '../features/window.ts';
import { TradingEnvironments } from '../models/reinforcement/trading-environments.ts';
import { trainingBars } from '../models/reinforcement/training-bars.ts';
import { COSTS, LABELS, plantedMarket } from '../test/models/reinforcement/planted-market.ts';
