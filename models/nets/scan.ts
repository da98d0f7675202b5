import type { Graph } from './graph.ts';
import { invalidNet, Value } from './value.ts';

interface Loop {
  /** What is carried from step to step, as it is before the first. */
  readonly states: readonly Value[];
  /** Sequences over their first axis. */
  readonly inputs: readonly Value[];
  /** From the last step to the first. */
  readonly reverse: boolean;
  /** Emits one step into the body's graph. */
  readonly step: (body: Graph, states: readonly Value[], inputs: readonly Value[]) => LoopStep;
}

interface LoopStep {
  readonly states: readonly Value[];
  readonly outputs: readonly Value[];
}

/** A loop over the first axis of its inputs: the states after the last step, and each output of all steps stacked. */
export function scan(graph: Graph, { states, inputs, reverse, step }: Loop): LoopStep {
  const steps = inputs[0].dims[0];
  const uneven = inputs.find(input => input.dims[0] !== steps);
  if (uneven) throw invalidNet(`a loop’s sequences have ${steps} and ${uneven.dims[0]} steps`, { steps });
  const body = graph.body();
  const carried = states.map(state => body.argument(state.dims));
  const seen = inputs.map(input => body.argument(input.dims.slice(1)));
  const next = step(body, carried, seen);
  for (const value of [...next.states, ...next.outputs]) body.output(value);
  const direction = Number(reverse);
  const values = graph.nodeOf(
    'Scan',
    [...states, ...inputs],
    [
      ...next.states.map(({ dims }) => new Value(graph.fresh('state'), dims)),
      ...next.outputs.map(({ dims }) => new Value(graph.fresh('steps'), [steps, ...dims])),
    ],
    {
      body: body.toProto(graph.fresh('body'), false),
      num_scan_inputs: inputs.length,
      scan_input_directions: inputs.map(() => direction),
      ...(next.outputs.length > 0 && { scan_output_directions: next.outputs.map(() => direction) }),
    },
  );
  return { states: values.slice(0, states.length), outputs: values.slice(states.length) };
}
