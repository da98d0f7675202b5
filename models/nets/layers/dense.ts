import { type Initializer, uniformByInputs } from '../initializers.ts';
import type { NetBuilder } from '../net.ts';
import type { Value } from '../value.ts';

interface Dense {
  readonly units: number;
  /** Of the weight `[inputs, units]`; PyTorch’s default if not given. */
  readonly initial?: Initializer;
}

/** `[…, inputs]` → `[…, units]`: weight and bias. */
export function dense(net: NetBuilder, name: string, x: Value, { units, initial }: Dense): Value {
  const inputs = x.dims.at(-1)!;
  const byInputs = uniformByInputs(inputs);
  const weight = net.parameter(`${name}.weight`, [inputs, units], initial ?? byInputs);
  const bias = net.parameter(`${name}.bias`, [units], byInputs);
  return net.ops.linear(x, weight, bias);
}
