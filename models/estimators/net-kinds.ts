import { cnnLstmNet } from './cnn-lstm.ts';
import { gruNet } from './gru.ts';
import { lstmNet } from './lstm.ts';
import { mlpNet } from './mlp.ts';
import type { NetKind } from './net-kind.ts';
import { temporalConvNet } from './temporal-conv.ts';

const KINDS = [cnnLstmNet, gruNet, lstmNet, mlpNet, temporalConvNet];

/** Every architecture by its estimator's name: what crosses to a worker thread is the name. */
export const NET_KINDS: ReadonlyMap<string, NetKind> = new Map(KINDS.map(kind => [kind.name, kind]));
