import { testEstimator } from './estimator-contract.ts';

const SMALL = { steps: 3, channels: 8, blocks: 2, lr: 0.02, batch_size: 32, dropout: 0 };

testEstimator({
  estimator: 'temporal-conv',
  params: { ...SMALL, epochs: 5 },
  long: { ...SMALL, epochs: 40, patience: 40, batch_size: 256, dropout: 0.2 },
  greedy: { batch_size: 4_096 },
});
