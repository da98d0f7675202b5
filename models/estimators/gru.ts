import { netEstimator } from '../nets/estimator/net-estimator.ts';
import { netKind } from '../nets/estimator/net-kind.ts';
import { layers, units } from '../nets/estimator/net-params.ts';
import { recurrentLayers } from '../nets/estimator/net-recurrent.ts';

/** Layers of gated recurrent units over the window (Cho et al. 2014); the last state of the last one. */
export const gruNet = netKind({
  name: 'gru',
  params: { units: units(64), layers: layers(1) },
  hidden: (net, window, params) => recurrentLayers(net, window, 'gru', params),
});

export const gru = netEstimator(gruNet);
