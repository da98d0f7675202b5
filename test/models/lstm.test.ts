import { testEstimator } from './estimator-contract.ts';

const SMALL = { steps: 3, units: 10, lr: 0.03, batch_size: 32, dropout: 0 };

testEstimator({
  estimator: 'lstm',
  params: { ...SMALL, epochs: 5 },
  long: { ...SMALL, epochs: 40, patience: 40, batch_size: 256, dropout: 0.2 },
  greedy: { batch_size: 4_096 },
});
