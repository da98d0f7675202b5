import { testEstimator } from './estimator-contract.ts';

const SMALL = { steps: 6, channels: 4, units: 6, layers: 1, lr: 0.02, batch_size: 32, dropout: 0 };

testEstimator({
  estimator: 'cnn-lstm',
  params: { ...SMALL, epochs: 5 },
  long: { ...SMALL, epochs: 40, patience: 40, batch_size: 256, dropout: 0.2 },
  greedy: { batch_size: 4_096 },
});
