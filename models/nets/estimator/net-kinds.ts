import { cnnLstmNet } from '../../estimators/cnn-lstm.ts';
import { gruNet } from '../../estimators/gru.ts';
import { lstmNet } from '../../estimators/lstm.ts';
import { mlpNet } from '../../estimators/mlp.ts';
import { temporalConvNet } from '../../estimators/temporal-conv.ts';
import type { NetKind } from './net-kind.ts';

const KINDS = [cnnLstmNet, gruNet, lstmNet, mlpNet, temporalConvNet];

/** Every architecture by its estimator's name: what crosses to a worker thread is the name. */
export const NET_KINDS: ReadonlyMap<string, NetKind> = new Map(KINDS.map(kind => [kind.name, kind]));
