export { attentionPool } from './attention-pool.ts';
export { convolution, maxPool } from './convolution.ts';
export { dense } from './dense.ts';
export { batchNorm, dropout, layerNorm } from './normalization.ts';
export { type Preprocessing, preprocess } from './preprocessing.ts';
export { gru, lstm } from './recurrent.ts';
export { flatten, flattenRows, toSequence } from './sequence.ts';
