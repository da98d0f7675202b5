import { netEstimator } from '../nets/estimator/net-estimator.ts';
import { netKind } from '../nets/estimator/net-kind.ts';
import { layers, units } from '../nets/estimator/net-params.ts';
import { recurrentLayers } from '../nets/estimator/net-recurrent.ts';

/** Layers of long short-term memory over the window (Hochreiter and Schmidhuber 1997); the last state of the last one. */
export const lstmNet = netKind({
  name: 'lstm',
  params: { units: units(64), layers: layers(1) },
  hidden: (net, window, params) => recurrentLayers(net, window, 'lstm', params),
});

export const lstm = netEstimator(lstmNet);
