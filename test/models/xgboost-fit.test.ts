import { testEstimator } from './estimator-contract.ts';

const SMALL = { rounds: 30, patience: 5, min_child_weight: 2, learning_rate: 0.2 };

testEstimator({
  estimator: 'xgboost',
  params: SMALL,
  long: { rounds: 150, patience: 150, learning_rate: 0.01 },
});
