import { z } from 'zod';
import { netEstimator } from '../nets/estimator/net-estimator.ts';
import { netKind } from '../nets/estimator/net-kind.ts';
import { layers, NET_PARAMS, units } from '../nets/estimator/net-params.ts';
import { heUniform } from '../nets/initializers.ts';
import { dense, dropout, flattenRows } from '../nets/layers/index.ts';

/** Dense layers over the flattened window, which is one bar unless the recipe says otherwise. */
export const mlpNet = netKind({
  name: 'mlp',
  params: {
    steps: NET_PARAMS.steps.default(1),
    units: units(64),
    layers: layers(2),
    activation: z.enum(['relu', 'gelu', 'tanh']).default('relu'),
  },
  hidden: (net, window, { units, layers, activation, dropout: rate }) => {
    let x = flattenRows(net, window);
    for (let layer = 1; layer <= layers; layer++) {
      const name = `dense${layer}`;
      x = net.ops[activation](dense(net, name, x, { units, initial: heUniform }));
      x = dropout(net, `${name}.dropout`, x, rate);
    }
    return x;
  },
});

export const mlp = netEstimator(mlpNet);
