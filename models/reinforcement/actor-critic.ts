import { constant, orthogonal } from '../nets/initializers.ts';
import { flattenRows, type Preprocessing, preprocess } from '../nets/layers/index.ts';
import type { Net, NetBuilder } from '../nets/net.ts';
import type { Value } from '../nets/value.ts';
import { ACTIONS, CLASS_ACTION } from './actions.ts';

export interface ActorCritic {
  readonly preprocessing: Preprocessing;
  /** What each number of the portfolio is multiplied by, so that all are of the size of 1. */
  readonly portfolioScale: readonly number[];
  /** Units of each hidden layer. */
  readonly hidden: number;
}

/** First weights as in stable-baselines3: a policy that begins even, a critic that begins at about 1. */
const GAIN = { hidden: Math.SQRT2, actor: 0.01, critic: 1 };

/** From `window` and `portfolio` to `[batch, actions + 1]`: the actions' scores, then the value. Two nets of their own. */
export function actorCritic(settings: ActorCritic): Net {
  return (net, inputs) => {
    const x = observe(net, inputs, settings);
    const scores = head(net, 'actor', x, settings.hidden, ACTIONS.length, GAIN.actor);
    return net.ops.concat(scores, head(net, 'critic', x, settings.hidden, 1, GAIN.critic), { axis: 1 });
  };
}

/** The actor alone, its scores in the order of the classes SHORT, NO_TRADE, LONG: what is served. */
export function classScores(settings: ActorCritic): Net {
  return (net, inputs) => {
    const x = observe(net, inputs, settings);
    const scores = head(net, 'actor', x, settings.hidden, ACTIONS.length, GAIN.actor);
    const [short, noTrade, long] = CLASS_ACTION.map(action =>
      net.ops.slice(scores, { axis: 1, from: action, to: action + 1 }),
    );
    return net.ops.concat(short, noTrade, long, { axis: 1 });
  };
}

function observe(
  net: NetBuilder,
  { window, portfolio }: Readonly<Record<string, Value>>,
  { preprocessing, portfolioScale }: ActorCritic,
): Value {
  const market = flattenRows(net, preprocess(net, window, preprocessing));
  const scale = net.graph.constant(portfolioScale, [portfolioScale.length]);
  return net.ops.concat(market, net.ops.multiply(portfolio, scale), { axis: 1 });
}

/** Two hidden layers of tanh, then `outputs` numbers. */
function head(net: NetBuilder, name: string, x: Value, units: number, outputs: number, gain: number): Value {
  const first = net.ops.tanh(layer(net, `${name}.0`, x, units, GAIN.hidden));
  const second = net.ops.tanh(layer(net, `${name}.1`, first, units, GAIN.hidden));
  return layer(net, `${name}.2`, second, outputs, gain);
}

function layer(net: NetBuilder, name: string, x: Value, units: number, gain: number): Value {
  const weight = net.parameter(`${name}.weight`, [x.dims[1], units], orthogonal(gain));
  return net.ops.linear(x, weight, net.parameter(`${name}.bias`, [units], constant(0)));
}
